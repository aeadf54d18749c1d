"""Signals that are acted on at once, whichever thread the kernel gives them to.

Python runs the handlers that are written in it between two steps of the main thread. While that
waits for a lock, a signal that another thread got, or that came just before the wait, is noticed
only when something else ends the wait. So the handlers do nothing, and what counts is the number
that the interpreter writes to a pipe, from the handler in C:

    kernel ──> handler in C, in some thread ──number──> pipe ──> thread "signals" ──> action
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Self

_AT_ONCE_BYTES = 64
_END = 0
"""No signal has this number."""


class Signals:
    """Acts on signals while it is entered; they are ignored afterwards, as the process is ending.

    To be entered and left by the main thread, once. Neither programs that are started meanwhile nor
    forks of the process have the handlers or write to the pipe.

    Args:
        actions: What to do at which signal. Called in a thread of its own, one at a time, in the
            order in which the signals came; must not take long.
    """

    def __init__(self, actions: Mapping[int, Callable[[], None]]) -> None:
        self._actions = actions
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)  # a handler must not wait, says the interpreter
        self._wakeup_before = -1
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="signals", daemon=True)

    def __enter__(self) -> Self:
        """Begin to act."""
        self._thread.start()
        os.register_at_fork(after_in_child=self._leave_to_parent)
        self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in self._actions:
            signal.signal(number, _noted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Act on what has come, and no more."""
        for number in self._actions:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wakeup_before)
        self._is_over = True
        os.set_blocking(self._writer, True)
        os.write(self._writer, bytes([_END]))
        self._thread.join()
        os.close(self._writer)
        os.close(self._reader)

    def _work(self) -> None:
        while True:
            for number in os.read(self._reader, _AT_ONCE_BYTES):
                if number == _END:
                    return
                action = self._actions.get(number)  # others may have handlers of their own
                if action is not None:
                    action()

    def _leave_to_parent(self) -> None:
        """Let a fork, of a plugin say, end by signals without ending its parent by the pipe."""
        if self._is_over:
            return
        signal.set_wakeup_fd(-1)
        for number in self._actions:
            signal.signal(number, signal.SIG_DFL)


def _noted(number: int, frame: FrameType | None) -> None:
    """Do nothing: its number is under way to the thread that acts."""
