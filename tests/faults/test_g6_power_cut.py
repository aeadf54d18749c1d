"""G6: the power is cut while the agent is away, so that all that waits is on the disk alone."""

import pytest
from faults.fault_bench import boottime_ms
from faults.fault_load import BRISK, STANDARD
from faults.small_disk import LoopDisk, run

pytestmark = pytest.mark.needs_root

TOLERANCE_S = 1.0


@pytest.fixture
def disk(bench, own_mounts, tmp_path):
    disk = LoopDisk(tmp_path / "disk.img", bench.place.state_dir)
    yield disk
    bench.collector.kill()
    disk.close()


def test_power_cut_costs_the_last_seconds_alone(bench, disk, row):
    cuts, sync_s = row.pick((1, 1), (20, 5))
    tables = f'[spool]\nsync = "{sync_s}s"'
    bench.kills.unsure_ms = round((sync_s + TOLERANCE_S) * 1000)
    bench.start(row.pick(BRISK, STANDARD), tables=tables)
    run("sync", "--file-system", disk.place)  # the identity is a copy that nobody has synced
    bench.agent.kill()

    for _ in range(cuts):
        bench.run_for(sync_s + TOLERANCE_S + 0.5)
        disk.cut_power()
        bench.kills.at_ms.append(boottime_ms())
        bench.collector.kill()
        disk.unmount()
        disk.mount()
        bench.start_collector()
        bench.seconds_until_first_reading()

    bench.restart_agent()
    bench.wait_until_confirmed_again(60)
    reckoning = bench.finish()
    row.note(f"{cuts} cuts with sync {sync_s} s")
    row.note(f"{reckoning.unsure} values lost, the oldest {reckoning.oldest_unsure_ms} ms old")
    assert {} == reckoning.dropped
