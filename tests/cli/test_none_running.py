"""Commands that ask the running collector where there is none, or none that may be asked."""

import os
from contextlib import contextmanager

import pytest

from collector.cli import calling, main
from collector.errors import NotRunningError

NOBODY = 65534


@pytest.mark.parametrize("command", ["status", "reload", "top"])
def test_where_none_runs_the_command_that_starts_one_is_named(write, capsys, command, monkeypatch):
    monkeypatch.setattr(calling, "start_command", lambda base: f"start what lies in {base.name}")

    code = main([command, "--config", write("")])

    assert 1 == code
    assert capsys.readouterr().err.endswith("start one with 'start what lies in collector'\n")


def test_a_state_directory_that_is_closed_to_this_user_is_not_taken_for_an_idle_one(tmp_path):
    state = tmp_path / "collector"
    state.mkdir(mode=0o000)

    with _as_anybody(), pytest.raises(NotRunningError, match="closed to this user: ask as root"):
        calling.running_socket(state)


@contextmanager
def _as_anybody():
    """Have no more rights than any user."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
