from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config import defaults
from collector.wire.ids import is_client_name


@pytest.mark.parametrize(
    ("user", "environ", "expected"),
    [
        ("collector", {"XDG_STATE_HOME": "/x"}, "/var/lib/collector"),
        ("ann", {"XDG_STATE_HOME": "/x", "HOME": "/home/ann"}, "/x/collector"),
        ("ann", {"XDG_STATE_HOME": "x", "HOME": "/home/ann"}, "/home/ann/.local/state/collector"),
        ("ann", {"HOME": "/home/ann"}, "/home/ann/.local/state/collector"),
        ("", {}, "/.local/state/collector"),
    ],
)
def test_state_lies_with_the_service_or_with_the_user(
    user: str, environ: dict[str, str], expected: str
) -> None:
    assert Path(expected) == defaults.state_dir(environ, user)


@pytest.mark.parametrize(
    ("host_name", "expected"),
    [
        ("gateway-07", "gateway-07"),
        ("my gateway", "my-gateway"),
        ("ä", "collector"),
        ("", "collector"),
    ],
)
def test_the_host_name_becomes_a_client_name(host_name: str, expected: str) -> None:
    assert expected == defaults.client_name(host_name)


@given(st.text())
def test_every_host_name_gives_a_client_name_that_the_contract_allows(host_name: str) -> None:
    assert is_client_name(defaults.client_name(host_name))


def test_this_machine_and_user_have_defaults() -> None:
    assert is_client_name(defaults.client_name())
    assert defaults.state_dir({"HOME": "/h"}).is_absolute()
