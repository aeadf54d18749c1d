"""What one input may cost: whoever can make a program slow or large with a message can stop it."""

import gc
import logging
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_CPU_S = 0.05
MAX_GROWTH_BYTES = 10 * 1024**2
TRIES = 3

Examine = Callable[..., Any]


def examine_within_limits(target: Callable[..., Any], *given: Any) -> Any:
    """Return what a target makes of an input; fail where that costs too much.

    The target is called more than once, so it may change nothing but what it is given.
    """
    with _nobody_keeping_logs():
        result, used_s = _timed(target, *given)
        for _ in range(TRIES):
            if used_s <= MAX_CPU_S:
                break
            used_s = _timed(target, *given)[1]  # the first use of something takes longer
        assert used_s <= MAX_CPU_S, f"takes {used_s * 1000:.0f} ms of the processor"
        grown_bytes = _grown_bytes(target, *given)
    assert grown_bytes <= MAX_GROWTH_BYTES, f"takes {grown_bytes / 1024**2:.1f} MiB"
    return result


class _Formatter(logging.Handler):
    """Makes the text of each record and forgets it."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        record.getMessage()


@contextmanager
def _nobody_keeping_logs() -> Iterator[None]:
    """Have pytest keep no records: after minutes they would move, and be taken for the input's."""
    root = logging.getLogger()
    kept, root.handlers = root.handlers, [_Formatter()]
    try:
        yield
    finally:
        root.handlers = kept


def _timed(target: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    gc.disable()  # a round of it takes longer than most inputs
    try:
        started_s = time.thread_time()
        result = target(*given)
        return result, time.thread_time() - started_s
    finally:
        gc.enable()


def _grown_bytes(target: Callable[..., Any], *given: Any) -> int:
    tracemalloc.start()
    try:
        target(*given)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
