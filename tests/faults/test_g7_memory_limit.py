"""G7: the collector may take 64 MiB."""

import contextlib
import os
from pathlib import Path

import pytest
from faults.fault_load import BRISK, STANDARD

pytestmark = pytest.mark.needs_root

LIMIT_BYTES = 64 * 1024 * 1024
PEAK_MIB = 60
V1 = Path("/sys/fs/cgroup/memory")
V2 = Path("/sys/fs/cgroup")


@pytest.fixture
def group():
    """A control group with the limit; of whichever version the machine has."""
    base, limit = (V1, "memory.limit_in_bytes") if V1.exists() else (V2, "memory.max")
    group = base / f"faults{os.getpid()}"
    group.mkdir()
    if not (group / limit).exists():
        group.rmdir()
        pytest.skip("no control group limits memory here")
    (group / limit).write_text(str(LIMIT_BYTES))
    yield group
    with contextlib.suppress(OSError):
        group.rmdir()


def test_collector_lives_within_its_memory(bench, group, row):
    place = group / "cgroup.procs"
    bench.start(row.pick(BRISK, STANDARD))
    assert 0 == bench.collector.stop()
    bench.start_collector(through=["sh", "-c", f'echo $$ > {place} && exec "$@"', "sh"])
    bench.wait_until_well()
    bench.agent.kill()
    bench.run_for(row.pick(1, 120))
    bench.restart_agent()
    bench.wait_until_confirmed_again()

    assert {} == bench.finish().dropped
    row.note(f"peak {bench.peak_rss_mib:.0f} MiB")
    assert bench.peak_rss_mib < PEAK_MIB
