"""After the start, collections of garbage leave alone what lives as long as the run."""

import gc
import subprocess
import sys

import pytest

from collector.service.footprint import settle

LEAVE_MUCH_AND_SETTLE = """
import sys
from collector.service.footprint import settle

def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

before = resident_kib()
blocks = [bytes(500) for _ in range(200_000)]
kept = blocks[::1000]
blocks.clear()
settle()
print(resident_kib() - before)
"""


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_what_is_there_is_not_looked_at_again(thawed):
    settle()

    assert gc.get_freeze_count() > 1000


def test_memory_that_the_start_has_freed_goes_back_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", LEAVE_MUCH_AND_SETTLE],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert int(done.stdout) < 50_000
