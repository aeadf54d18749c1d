"""Disks of a test's own: one that is soon full, and one whose power can be cut.

Both are for tests that take the fixture `own_mounts`.
"""

import array
import ctypes
import fcntl
import os
import subprocess
from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D
"""_IOR('X', 125, __u32), include/uapi/linux/ext4.h."""

NOLOGFLUSH = 2
"""Without flushing the log: what was not synced is gone, as if the power was cut."""

SECTOR_BYTES = 512

BLOCK_BYTES = 4096
"""Those of every card; mkfs.ext4 takes smaller ones for what is as small as an image of a test."""


class Tmpfs:
    """A file system in memory of a given size, mounted at a directory."""

    def __init__(self, place: Path, size: str) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", place)

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.place / "foreign").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                return

    def free(self) -> None:
        """Give the space back."""
        (self.place / "foreign").unlink()

    def close(self) -> None:
        """Unmount it."""
        run("umount", "-l", self.place)


class LoopDisk:
    """An ext4 file system on a loop device, mounted at a directory.

    The device lasts as long as the mount, and as what is open in it.

    Attributes:
        place: Where it is mounted.
    """

    def __init__(self, image: Path, place: Path, megabytes: int = 32) -> None:
        self.place = place
        self._image = image
        place.mkdir(parents=True, exist_ok=True)
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        run("mkfs.ext4", "-q", "-F", "-b", BLOCK_BYTES, "-e", "remount-ro", image)
        self.mount()

    @property
    def written_bytes(self) -> int:
        """What the device was given to write so far."""
        fields = (self._device / "stat").read_text().split()
        return int(fields[6]) * SECTOR_BYTES

    @property
    def _device(self) -> Path:
        """Its directory in sysfs, which has the name of the device."""
        number = self.place.stat().st_dev
        return Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()

    def flush(self) -> None:
        """Write all that waits to be, of this file system alone."""
        descriptor = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            assert 0 == ctypes.CDLL(None).syncfs(descriptor)
        finally:
            os.close(descriptor)

    def mount(self) -> None:
        """Mount it, as at the start of the machine."""
        run("mount", "-o", "loop", self._image, self.place)
        self.place.chmod(0o700)

    def cut_power(self) -> None:
        """Lose all that is not on the device; every call on the file system fails from now on."""
        descriptor = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, array.array("I", [NOLOGFLUSH]))
        finally:
            os.close(descriptor)

    def become_read_only(self) -> None:
        """Meet an error of the file system, which the kernel answers by mounting it read-only."""
        Path(f"/sys/fs/ext4/{self._device.name}/trigger_fs_error").write_text("a fault on request")

    def unmount(self) -> None:
        """Unmount it; whoever has files open in it keeps the dead ones."""
        run("umount", "-l", self.place)

    def close(self) -> None:
        """Unmount it, unless the test ended with that."""
        subprocess.run(["umount", "-l", self.place], capture_output=True, check=False)


def run(*words: object) -> str:
    """Run a program of the system; return its output."""
    line = [str(word) for word in words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    assert not done.returncode, f"{' '.join(line)}: {done.stderr}"
    return done.stdout
