"""What a run gives back once it has started: memory that only the start has needed."""

import ctypes
import gc
from contextlib import suppress


def settle() -> None:
    """Free what the start has left, and exempt what stays from every later collection.

    To be called once, when everything runs. What is there by then, modules, models and sources,
    lives as long as the run: a collection that looks at it again and again finds nothing and holds
    up all threads meanwhile. Freed memory goes back to the system where the C library can do that
    (glibc).
    """
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
