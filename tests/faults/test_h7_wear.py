"""H7: how much is written to the card."""

import os
import time

import pytest
from faults.fault_load import Load
from faults.small_disk import LoopDisk

pytestmark = pytest.mark.needs_root

TEN_PER_S = Load(sensors=10, metrics=1, interval="1s")
BYTES_PER_DAY = 0.4e9


@pytest.fixture
def disk(bench, own_mounts, tmp_path):
    disk = LoopDisk(tmp_path / "disk.img", bench.place.path / "card", megabytes=256)
    yield disk
    bench.collector.kill()
    disk.close()


@pytest.mark.parametrize("is_well", [True, False], ids=["well", "in an outage"])
def test_little_is_written(bench, disk, row, is_well):
    lasts_s = row.pick(3, 240)
    bench.start(TEN_PER_S, tables=f'[spool]\ndirectory = "{disk.place}/spool"')
    if not is_well:
        bench.agent.kill()
    bench.run_for(row.pick(1, 10))

    os.sync()
    before, started_s = disk.written_bytes, time.monotonic()
    bench.run_for(lasts_s)
    os.sync()
    per_day = (disk.written_bytes - before) / (time.monotonic() - started_s) * 86400
    if not is_well:
        bench.restart_agent()
        bench.wait_until_confirmed_again()

    bench.finish()
    row.note(f"{'well' if is_well else 'in an outage'} {per_day / 1e9:.2f} GB a day")
    if row.is_stated:
        assert per_day <= BYTES_PER_DAY
