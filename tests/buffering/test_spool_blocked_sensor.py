"""A sensor whose readings have to wait for long, between those of others that are delivered."""

import pytest
from memory_folder import MemoryFolder
from spool_readings import reading
from spool_rig import Rig

from collector.buffering.spool import frame as frames
from collector.buffering.spool.journal import GROWN_BYTES

READINGS = 30_000
"""Of each; every other one in the spool waits, so that there are as many runs of settled ones."""


def interleaved(rig, count, start=0):
    """Take readings of two sensors in turn; those of one are confirmed."""
    for number in range(start, start + count):
        rig.put(reading("a", value=float(number)), reading("b", value=float(number)))
        if number % 1000 == 999:
            rig.pass_time()
            rig.accept("a")
    rig.pass_time()
    rig.accept("a")
    rig.pass_time(1.0)


@pytest.fixture
def rig():
    rig = Rig(MemoryFolder(), max_readings=5000, max_bytes=10**8)
    interleaved(rig, READINGS)
    return rig


def test_the_journal_is_not_written_anew_all_the_time(rig):
    before = rig.folder.written

    for number in range(50):
        rig.put(reading("a", value=float(READINGS + number)))
        rig.pass_time(1.0)
        rig.accept("a")
    rig.pass_time(1.0)

    assert rig.folder.written - before < GROWN_BYTES


def test_what_is_settled_is_known_after_a_kill_however_many_runs_there_are(rig, monkeypatch):
    monkeypatch.setattr(
        frames, "MAX_PAYLOAD_BYTES", 200_000
    )  # as if there were a hundred times more

    rig.stop_and_start()

    assert [] == rig.values("a")
    assert READINGS == len(rig.values("b"))
    assert READINGS == rig.account("a").delivered
    rig.audit()
