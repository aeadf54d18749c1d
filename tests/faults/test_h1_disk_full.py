"""H1: the spool's disk is full, at any write."""

import errno

import pytest
from faults.fault_load import Load
from faults.ledger_oracle import Reckoning
from faults.small_disk import Tmpfs
from memory_folder import MemoryFolder
from spool_readings import reading
from spool_rig import Rig

AGAIN_WITHIN_S = 5.0

MUCH = Load(metrics=100, per_read=2)
"""So that what the disk keeps for the newest segment, a megabyte, is soon used up as well."""


@pytest.fixture
def disk(bench, own_mounts):
    disk = Tmpfs(bench.place.path / "small", "96M")
    yield disk
    bench.collector.kill()
    disk.close()


@pytest.mark.needs_root
def test_full_disk_stops_nothing_and_is_used_again_when_it_has_room(bench, disk, row):
    tables = f'[spool]\ndirectory = "{disk.place}/spool"'
    bench.start(MUCH, tables=tables)
    assert not bench.collector.status()["spool"]["degraded"]
    bench.agent.kill()
    bench.run_for(row.pick(0.5, 20))

    disk.fill()
    row.detected(
        bench.seconds_until(
            lambda status: (
                status["spool"]["degraded"]
                or any(account["dropped"].get("spool_full") for account in status["ledger"])
            ),
            "the full disk is told",
        )
    )
    bench.run_for(row.pick(0.5, 20))
    disk.free()
    row.recovered(
        bench.seconds_until(
            lambda status: not status["spool"]["degraded"],
            "it is used again",
            row.pick(15, AGAIN_WITHIN_S),
        )
    )

    bench.restart_agent()
    bench.wait_until_confirmed_again()
    bench.finish()


def test_disk_that_is_full_at_any_call_loses_nothing_that_is_not_counted(row):
    points = range(0, row.pick(60, 600), row.pick(2, 1))
    for first in points:
        folder = MemoryFolder()
        folder.fault = lambda call, number, first=first: (
            errno.ENOSPC if call in ("append", "create") and first <= number < first + 6 else None
        )
        rig = Rig(folder, sources=1, max_bytes=100_000)
        for number in range(40):
            rig.put(reading(value=float(number)))
            rig.pass_time(0.5)
        rig.pass_time(4)
        values = rig.accept()
        rig.audit()
        account = rig.account()
        dropped = sum(account.dropped.values())
        assert account.accepted == 40 == len(values) + dropped
        row.count(Reckoning(accepted=40, stored=len(values), dropped=dict(account.dropped)))
    row.note(f"full at each of {len(points)} calls")
