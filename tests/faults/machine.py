"""What a fault needs of the machine, and why a row cannot run without it."""

import os
import shutil
from collections.abc import Callable, Mapping
from types import MappingProxyType


def _root() -> str:
    return "" if os.geteuid() == 0 else "needs root"


def _strace() -> str:
    return "" if shutil.which("strace") else "needs strace (Debian: strace)"


LACKS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"needs_root": _root, "needs_strace": _strace}
)
"""By marker: what is missing; empty when nothing is."""
