"""H2: the spool's disk fails: a sync that fails, a disk that is gone, and one only to be read."""

import errno

import pytest
from faults.fault_load import BRISK, STANDARD
from faults.ledger_oracle import Reckoning
from faults.small_disk import LoopDisk
from faults.system_calls import FailingCalls
from memory_folder import MemoryFolder
from running import wait_until
from spool_readings import reading
from spool_rig import Rig

EVERY_SECOND = '[spool]\nsync = "1s"'


@pytest.mark.needs_strace
def test_sync_that_fails_has_the_readings_written_elsewhere(bench, row):
    bench.start(row.pick(BRISK, STANDARD), tables=EVERY_SECOND)
    bench.agent.kill()

    pid, log = bench.collector.process.pid, bench.place.path / "strace"
    with FailingCalls(pid, "fdatasync", "EIO", log, when="1+2") as calls:
        wait_until(lambda: "could not sync" in bench.collector.complaints, "the failure is told")
        bench.run_for(row.pick(0, 60))
    bench.restart_agent()
    bench.wait_until_confirmed_again(60)

    synced = [file for file, _ in calls.files()]
    failed = [file for file, has_failed in calls.files() if has_failed and "segment" in file]
    row.note(f"of {len(failed)} segments that could not be synced none was tried again")
    assert failed
    assert [1] * len(failed) == [synced.count(file) for file in failed]
    assert {} == bench.finish().dropped


@pytest.fixture
def disk(bench, own_mounts, tmp_path):
    disk = LoopDisk(tmp_path / "disk.img", bench.place.path / "card")
    yield disk
    bench.collector.kill()
    disk.close()


def start_on(bench, disk, load):
    tables = f'[spool]\nsync = "1s"\ndirectory = "{disk.place}/spool"'
    bench.start(load, tables=tables)
    bench.agent.kill()


def is_degraded(status):
    return status["spool"]["degraded"]


@pytest.mark.needs_root
def test_disk_that_is_gone_is_told_and_another_one_is_used(bench, disk, row, tmp_path):
    start_on(bench, disk, row.pick(BRISK, STANDARD))

    disk.cut_power()
    row.detected(bench.seconds_until(is_degraded, "the dead disk is told"))
    bench.run_for(row.pick(0.5, 30))
    disk.unmount()
    other = LoopDisk(tmp_path / "other.img", disk.place)  # a fresh card in its place
    row.recovered(
        bench.seconds_until(lambda status: not is_degraded(status), "it is used again", 15)
    )

    bench.restart_agent()
    bench.wait_until_confirmed_again()
    bench.finish()
    other.close()


@pytest.mark.needs_root
def test_disk_that_is_read_only_is_told_and_costs_nothing(bench, disk, row):
    start_on(bench, disk, row.pick(BRISK, STANDARD))
    bench.wait_for(lambda status: status["spool"]["readings"] > 20, "some wait on the disk")

    disk.become_read_only()
    row.detected(bench.seconds_until(is_degraded, "it is told"))
    bench.run_for(row.pick(0.5, 60))
    alarms = [alarm["kind"] for alarm in bench.collector.status()["alarms"]]
    assert "spool_degraded" in alarms

    bench.restart_agent()
    bench.wait_until_confirmed_again()
    bench.wait_until_drained()
    assert is_degraded(bench.collector.status())
    row.note("read-only: what waits on the disk and in memory is delivered all the same")
    assert {} == bench.finish().dropped


@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_disk_that_fails_at_any_call_loses_nothing_that_is_not_counted(row, code):
    points = range(0, row.pick(60, 600), row.pick(2, 1))
    for first in points:
        folder = MemoryFolder()
        folder.fault = lambda call, number, first=first: (
            code if first <= number < first + 6 and call != "take" else None
        )
        rig = Rig(folder, sources=1, max_bytes=100_000, sync_s=1.0)
        for number in range(40):
            rig.put(reading(value=float(number)))
            rig.pass_time(0.5)
        folder.fault = lambda call, number: None
        rig.pass_time(6)
        assert "" == rig.buffer.spool_status().degraded
        values = rig.accept()
        rig.audit()
        account = rig.account()
        dropped = sum(account.dropped.values())
        assert account.accepted == 40 == len(values) + dropped
        row.count(Reckoning(accepted=40, stored=len(values), dropped=dict(account.dropped)))
    row.note(f"{errno.errorcode[code]} at each of {len(points)} calls")
