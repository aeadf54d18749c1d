"""What a fault needs of the machine, and why a row cannot run without it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

ROOTS_TOOLS = ("ip", "tc", "losetup", "mkfs.ext4", "mount", "unshare")


def _root() -> str:
    if os.geteuid():
        return "needs root"
    missing = [name for name in ROOTS_TOOLS if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)} (Debian: iproute2, e2fsprogs, mount, util-linux)"
    if subprocess.run(["unshare", "--mount", "--net", "true"], check=False).returncode:
        return "needs a root that may mount and make namespaces"
    return "" if Path("/dev/loop-control").exists() else "needs loop devices"


def _strace() -> str:
    return "" if shutil.which("strace") else "needs strace (Debian: strace)"


LACKS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"needs_root": _root, "needs_strace": _strace}
)
"""By marker: what is missing; empty when nothing is."""
