"""How a collector is started on this machine: by its unit where that is installed."""

from pathlib import Path

import pytest

from collector.operating.unit import start_command

OF_SERVICE = Path("/var/lib/collector")


@pytest.mark.parametrize(
    ("state_dir", "is_installed", "expected"),
    [
        (OF_SERVICE, True, "sudo systemctl start collector"),
        (OF_SERVICE, False, "collector run"),
        (Path("/home/a/.local/state/collector"), True, "collector run"),
    ],
)
def test_the_service_is_started_by_its_unit_where_that_is_installed(
    tmp_path, state_dir, is_installed, expected
):
    if is_installed:
        (tmp_path / "collector.service").touch()

    assert expected == start_command(state_dir, [tmp_path / "none", tmp_path])
