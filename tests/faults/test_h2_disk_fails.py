"""H2: the spool's disk fails: a sync that fails, and a disk that is gone altogether."""

import pytest
from faults.fault_load import BRISK, STANDARD
from faults.small_disk import LoopDisk
from faults.system_calls import FailingCalls
from running import wait_until

EVERY_SECOND = '[spool]\nsync = "1s"'


@pytest.mark.needs_strace
def test_sync_that_fails_has_the_readings_written_elsewhere(bench, row):
    bench.start(row.pick(BRISK, STANDARD), tables=EVERY_SECOND)
    bench.agent.kill()

    with FailingCalls(bench.collector.process.pid, "fdatasync", "EIO", when="1+2"):
        wait_until(lambda: "could not sync" in bench.collector.complaints, "the failure is told")
        bench.run_for(row.pick(0, 60))
    bench.restart_agent()
    bench.wait_until_confirmed_again(60)

    row.note("readings of a segment that could not be synced are written anew")
    assert {} == bench.finish().dropped


@pytest.fixture
def disk(bench, tmp_path):
    disk = LoopDisk(tmp_path / "disk.img", bench.place.path / "card")
    yield disk
    bench.collector.kill()
    disk.close()


@pytest.mark.needs_root
def test_disk_that_is_gone_is_told_and_another_one_is_used(bench, disk, row, tmp_path):
    tables = f'[spool]\nsync = "1s"\ndirectory = "{disk.place}/spool"'
    bench.start(row.pick(BRISK, STANDARD), tables=tables)
    bench.agent.kill()

    disk.cut_power()
    row.detected(
        bench.seconds_until(lambda status: status["spool"]["degraded"], "the dead disk is told")
    )
    bench.run_for(row.pick(0.5, 30))
    disk.unmount()
    other = LoopDisk(tmp_path / "other.img", disk.place)  # a fresh card in its place
    row.recovered(
        bench.seconds_until(lambda status: not status["spool"]["degraded"], "it is used again", 15)
    )

    bench.restart_agent()
    bench.wait_until_confirmed_again()
    bench.finish()
    other.close()
