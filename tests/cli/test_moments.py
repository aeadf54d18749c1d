"""Instants that an agent tells, whatever number it gives for one."""

import pytest

from collector.cli.wording import moment_text


@pytest.mark.parametrize(
    ("at", "per_second", "expected"),
    [
        (1_700_000_000_123, 1000, "2023-11-14T22:13:20.123+00:00"),
        (1_700_000_000_123_000, 1_000_000, "2023-11-14T22:13:20.123+00:00"),
        (2**53, 1000, "9007199254740992"),
        (-(10**30), 1000, f"-1{'0' * 30}"),
        (10**400, 1000, f"1{'0' * 400}"),
    ],
)
def test_an_instant_is_shown_as_people_read_it_or_as_its_number(at, per_second, expected):
    assert expected == moment_text(at, per_second)
