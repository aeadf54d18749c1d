"""What a run gives back: memory that only the start has needed, and what it has freed since."""

import ctypes
import gc
import threading
from contextlib import suppress

GIVE_BACK_EVERY_S = 60.0
"""Freed memory lies in pieces between what is in use, and grows by hours of faults: threads that
come and go, connections, backlogs. To give it back takes a few milliseconds."""

_ARENAS = 2
"""The C library would take one for each thread, of which the interpreter lets one run at a time."""

_M_ARENA_MAX = -8  # malloc.h, glibc


def share_arenas() -> None:
    """Have all threads that start from now on take their memory from few places."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def settle() -> None:
    """Free what the start has left, and exempt what stays from every later collection.

    To be called once, when everything runs. What is there by then, modules, models and sources,
    lives as long as the run: a collection that looks at it again and again finds nothing and holds
    up all threads meanwhile.
    """
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give freed memory back to the system, where the C library can do that (glibc)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def wait(ended: threading.Event) -> None:
    """Wait for the end, and give memory back meanwhile."""
    while not ended.wait(GIVE_BACK_EVERY_S):
        give_back()
