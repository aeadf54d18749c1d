"""The disks of fault tests: no test beside them holds one, and none outlives its test."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from faults.machine import LACKS
from running import wait_until

pytestmark = pytest.mark.needs_root

TESTS = Path(__file__).parent
OWNER = """
import sys
from pathlib import Path
from faults.own_mounts import take_own_mounts
from faults.small_disk import LoopDisk

take_own_mounts()
disk = LoopDisk(*map(Path, sys.argv[1:]))
(disk.place / "kept").touch()
print("mounted", flush=True)
input()
disk.cut_power()
disk.unmount()
disk.mount()
print("back", flush=True)
input()
"""


@contextmanager
def pipes(*words):
    """Start a program that is talked to; it is killed at the end."""
    with subprocess.Popen(
        words,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


@pytest.fixture
def image(tmp_path):
    if reason := LACKS["needs_root"]():
        pytest.skip(reason)
    return tmp_path / "disk.img"


@pytest.fixture
def owner(image, tmp_path):
    with pipes(sys.executable, "-c", OWNER, image, tmp_path / "place") as owner:
        assert "mounted\n" == owner.stdout.readline()
        yield owner


def devices_of(image):
    line = ["losetup", "--associated", str(image)]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout


def test_a_disk_comes_back_after_a_cut_while_a_test_beside_it_has_mounts_of_its_own(owner):
    with pipes("unshare", "--mount", "sh", "-c", "echo ready; read line") as neighbour:
        assert "ready\n" == neighbour.stdout.readline()

        owner.stdin.write("\n")
        owner.stdin.flush()

        assert "back\n" == owner.stdout.readline()


def test_a_test_that_is_killed_leaves_neither_a_mount_nor_a_device(owner, image, tmp_path):
    assert devices_of(image)

    owner.kill()

    wait_until(lambda: not devices_of(image), "the device is gone", 10)
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
