"""The programs that tests start end with them, also those that never come up."""

from pathlib import Path

import pytest
import running
from running import Agent


def test_an_agent_that_is_never_ready_leaves_no_process(tmp_path, monkeypatch):
    started = []
    begin = running.Program.__init__

    def note(self, *words, **options):
        begin(self, *words, **options)
        started.append(self.process)

    monkeypatch.setattr(running.Program, "__init__", note)
    monkeypatch.setattr(running, "wait_until", lambda _, what: pytest.fail(what))

    with pytest.raises(pytest.fail.Exception, match="the agent is ready"):
        Agent(tmp_path)

    [process] = started
    assert process.poll() is not None
    assert not Path(f"/proc/{process.pid}/cmdline").exists()
