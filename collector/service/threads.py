"""What follows when a thread dies of an exception that nobody expected.

A collector that lost its network thread would look alive and deliver nothing. So the death of a
thread of ours ends the run, and whatever supervises it starts it afresh. A thread that a plugin has
started is the plugin's affair, an asker on the status socket has lost only its answer, and a status
page that is gone is no reason to lose readings.
"""

import logging
import threading
from collections.abc import Callable
from types import TracebackType

log = logging.getLogger(__name__)

ASKER = "asker"
"""The name of the threads that answer on the status socket."""

PAGE = "page"
"""The name of the thread that serves the status page."""

_ALONE = frozenset({ASKER, PAGE})


def watch_threads(on_death: Callable[[Exception], None]) -> None:
    """Have the death of each thread reported; from now on, in the whole process.

    Args:
        on_death: Gets what a thread of ours died of; called by that thread.
    """

    def died(failure: threading.ExceptHookArgs, /) -> None:
        name = failure.thread.name if failure.thread else "?"
        cause = failure.exc_value or failure.exc_type()
        if _begins_with_us(failure.exc_traceback) and name not in _ALONE:
            on_death(cause if isinstance(cause, Exception) else RuntimeError(repr(cause)))
            return
        log.error("thread %s ended: %s: %s", name, type(cause).__name__, cause)
        log.debug("thread %s: where it ended", name, exc_info=cause)

    threading.excepthook = died


def _begins_with_us(traceback: TracebackType | None) -> bool:
    """Tell whether the thread's own function, below those of `threading`, is in this package."""
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if module != threading.__name__:
            return module.partition(".")[0] == __name__.partition(".")[0]
        traceback = traceback.tb_next
    return False
