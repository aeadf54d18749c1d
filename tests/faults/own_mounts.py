"""Mounts of this process's own: nobody beside it holds them, and they end with it."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
"""include/uapi/linux/sched.h; `os.unshare` comes with Python 3.12."""

MS_REC = 0x4000
MS_SLAVE = 0x80000
"""include/uapi/linux/mount.h."""


def take_own_mounts() -> None:
    """Put this process, and all that it starts from now on, into a mount namespace of its own.

    A namespace begins as a copy of that of who makes it. So a test beside this one that made one
    (`ip netns exec` does) would hold our file systems, too: what we unmount would live on, and be
    what we mount again. What happens to the mounts of others still reaches us, but not the reverse.
    With the last process of the namespace, however it ends, its mounts go. Needs root.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _succeed(libc.unshare(CLONE_NEWNS))
    _succeed(libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_SLAVE), None))


def _succeed(code: int) -> None:
    if code:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
