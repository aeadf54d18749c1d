"""A bare Debian system in a directory, to install in; needs root, debootstrap and a mirror."""

import os
import shutil
import subprocess
from pathlib import Path

QEMU = {"armhf": "qemu-arm", "arm64": "qemu-aarch64"}
"""What runs programs of an architecture on another, as binfmt_misc names it."""

NATIVE = {"x86_64": "amd64", "aarch64": "arm64"}

EMULATED_SLOWNESS = 8
"""Installing the package took six times as long under qemu-arm, beside other tests."""

BINFMT = Path("/proc/sys/fs/binfmt_misc")


class DebianRoot:
    """A root made by debootstrap.

    Args:
        path: The directory.

    Attributes:
        slowness: How many times longer all takes than on a machine of its architecture.
        daemons: What runs in it; ended with it.
    """

    def __init__(self, path: Path):
        self.path = path
        self.slowness = 1
        self.daemons = []
        self._mounts = []

    def make(self, release, architecture):
        """Fetch and unpack the base system, and mount what its programs need."""
        self.slowness = 1 if architecture == NATIVE.get(os.uname().machine) else EMULATED_SLOWNESS
        call(
            "debootstrap",
            "--variant=minbase",
            f"--arch={architecture}",
            release,
            str(self.path),
        )
        for kind, place in (("proc", "proc"), ("tmpfs", "run")):
            call("mount", "-t", kind, kind, str(self.path / place))
            self._mounts.append(self.path / place)
        (self.path / "etc/hosts").write_text("127.0.0.1 localhost\n")  # as an installer leaves it

    def run(self, command, *, user="root", check=True, timeout_s=300):
        """Run a line of shell in it, as a user, in a clean environment; return what it printed."""
        environment = "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8"
        words = f"{environment} DEBIAN_FRONTEND=noninteractive sh -c"
        line = ["chroot", str(self.path), *words.split(), command]
        if user != "root":
            line = ["chroot", f"--userspec={user}:{user}", str(self.path), *words.split(), command]
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s * self.slowness,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout[-3000:]}"
        return done.stdout

    def put(self, source, place):
        """Copy a file of this machine into it."""
        shutil.copyfile(source, self.path / place)

    def is_there(self, place):
        """Tell whether it has a file."""
        return os.path.lexists(self.path / place)

    def mode_of(self, place):
        """Return owner, group and mode of a file, as stat prints them."""
        return self.run(f"stat -c '%U:%G %a' /{place}").strip()

    def remove(self):
        """End what runs in it, unmount and delete it."""
        for daemon in self.daemons:
            daemon.kill()
        while self._mounts:
            call("umount", "-l", str(self._mounts.pop()))
        shutil.rmtree(self.path, ignore_errors=True)


def call(*command):
    """Run a program of this machine; a failure shows what it printed."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=2400, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def reason_not_to_make(architecture):
    """Return why this machine cannot make a root of an architecture; empty if it can."""
    if os.geteuid() != 0:
        return "only root can make a Debian root"
    if shutil.which("debootstrap") is None:
        return "debootstrap is not installed"
    if NATIVE.get(os.uname().machine) == architecture:
        return ""
    qemu = QEMU.get(architecture, "")
    if shutil.which(f"{qemu}-static") is None:
        return f"qemu-user-static, which runs {architecture} here, is not installed"
    if not (BINFMT / qemu).exists():
        told = f"cat /usr/lib/binfmt.d/{qemu}.conf > {BINFMT}/register"
        return f"the kernel does not hand programs for {architecture} to qemu: {told}"
    return ""
