"""The programs that tests start end with them, also those that never come up."""

from pathlib import Path

import pytest

from collector.testkit import programs
from collector.testkit.programs import AgentProgram


def test_an_agent_that_is_never_ready_leaves_no_process(tmp_path, monkeypatch):
    started = []

    def give_up(condition, what):
        started.append(condition.__self__.process)
        raise AssertionError(what)

    monkeypatch.setattr(programs, "wait_until", give_up)

    with pytest.raises(AssertionError, match="the agent is ready"):
        AgentProgram(tmp_path)

    [process] = started
    assert process.poll() is not None
    assert not Path(f"/proc/{process.pid}/cmdline").exists()
