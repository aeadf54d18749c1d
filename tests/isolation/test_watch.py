"""A process that nobody asks anything is looked at all the same."""

import os
import signal
import time

import pytest
from isolation_bed import pid_of
from running import is_alive


def never_s() -> float:
    """Return an interval of an hour or so whose grid is half of it away, whatever the time."""
    now_s = time.time()
    return now_s / (now_s // 3600 + 0.5)


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr("collector.sampling.watch.EVERY_S", 0.2)
    monkeypatch.setattr("collector.sampling.links.EVERY_S", 0.2)


def pid_in(bed):
    """Return the process once each of the two groups was read, so that nothing is under way."""
    bed.wait_for(lambda: bed.status("a").reads > 1, "both groups are read")
    return bed.values("a", "pid")[0]


def test_one_that_dies_between_two_reads_is_named_at_once(bed):
    bed.start(interval_s=never_s(), a=bed.source())

    os.kill(pid_in(bed), signal.SIGKILL)

    bed.wait_for(lambda: bed.status("a").failures, "its end is noticed")
    bed.wait_for_note(
        "a", "its process ended once: its process was killed by SIGKILL between two calls"
    )


def test_its_next_read_finds_it_running_again(bed):
    bed.start(interval_s=2.0, a=bed.source())
    first = pid_in(bed)
    os.kill(first, signal.SIGKILL)
    bed.wait_for(lambda: bed.status("a").failures, "its end is noticed")

    bed.wait_for(lambda: len(set(bed.values("a", "pid"))) > 1, "a reading of the next process")

    bed.wait_for(lambda: bed.status("a").state == "ok", "it is well")
    assert 1 == bed.status("a").failures


def test_one_that_grows_between_two_reads_is_ended(bed):
    bed.start(interval_s=never_s(), a=bed.source(trouble="hoard later", after=1))
    pid = pid_in(bed)

    bed.wait_for(lambda: bed.status("a").failures, "it is ended")

    bed.wait_for_note("a", "MiB of memory more than at its start")
    assert not is_alive(pid)


def test_one_that_is_well_is_left_alone(bed):
    source = bed.opened()
    pid = pid_of(source)

    source.check()
    source.close()
    source.check()

    assert is_alive(pid)


def test_one_that_was_never_opened_has_nothing_to_lose(bed):
    bed.source("a", bus="1")
    source = bed.source("b", bus="2")

    source.check()
