"""The first worker of a kind asks its sources at the start: what ends it costs no other source."""

import os
import signal
from pathlib import Path

import pytest
from isolation_bed import Bed, pid_of
from running import wait_until

from collector.errors import SourceUnavailableError


def first_of(bed: Bed) -> int:
    return bed.workers._firsts["trouble"]._process.pid


def test_one_that_died_between_two_sources_costs_the_next_one_nothing(bed):
    bed.source("a")
    pid = first_of(bed)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "it has ended")

    second = bed.source("b")

    second.open()
    assert pid != pid_of(second)


def test_one_whose_end_nobody_was_told_of_yet_costs_the_next_one_nothing(bed, monkeypatch):
    bed.source("a")
    first = bed.workers._firsts["trouble"]._process
    monkeypatch.setattr(first, "has_ended", lambda: False)  # as while its attendant has no turn
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{first.pid}").exists(), "it has ended")

    second = bed.source("b")

    second.open()
    assert first.pid != pid_of(second)


def test_sources_that_end_it_cost_those_that_follow_nothing(bed):
    for name in ("a", "b", "c", "d"):
        with pytest.raises(SourceUnavailableError, match="left with exit code 0"):
            bed.source(name, at="make", trouble="leave")

    sound = bed.source("e")

    sound.open()
    assert pid_of(sound)


def test_each_source_that_ends_it_is_told_its_own_fault(bed):
    faults = []
    for trouble in ("leave", "crash", "leave", "crash"):
        with pytest.raises(SourceUnavailableError) as caught:
            bed.source(trouble, at="make", trouble=trouble)
        faults.append("SIGSEGV" in str(caught.value))

    assert [False, True, False, True] == faults


def test_one_that_never_comes_up_is_not_tried_again_for_each_source(bed, monkeypatch):
    monkeypatch.setattr("collector.isolation.handle.START_LIMIT_S", 0.0)
    starts = []
    fork = bed.workers._server.fork
    monkeypatch.setattr(
        bed.workers._server, "fork", lambda *words: (starts.append(words), fork(*words))
    )

    for name in ("a", "b", "c", "d", "e"):
        with pytest.raises(SourceUnavailableError):
            bed.source(name)

    assert 2 == len(starts)
