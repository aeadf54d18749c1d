"""What ends a search, or one of its steps: Ctrl-C, the session's end, too long a silence."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from collector.errors import SourceUnavailableError

LONGEST_SILENCE_S = 30.0
"""More than any step of a bundled kind takes, the slowest being a unit that is asked at length."""


@contextmanager
def ended_by(*numbers: signal.Signals) -> Iterator[None]:
    """Have signals end it as Ctrl-C does: the end of a session, say; but none that is ignored."""
    with _handled(signal.default_int_handler, *numbers):
        yield


@contextmanager
def ended_by_the_second(words: str, *numbers: signal.Signals) -> Iterator[None]:
    """Answer the first of these signals with words, and have the next one end it as Ctrl-C does."""

    def answer(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in numbers:
            if signal.getsignal(each) is answer:
                signal.signal(each, signal.default_int_handler)
        print(f"\n{words}", file=sys.stderr, flush=True)

    with _handled(answer, *numbers):
        yield


@contextmanager
def _handled(handler: Callable[..., None], *numbers: signal.Signals) -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in numbers}
    ours = (signal.SIG_DFL, signal.default_int_handler)
    caught = [number for number in numbers if before[number] in ours]
    for number in caught:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number])


class Patience:
    """Ends a step that is silent for too long, such as an ``open`` that does not come back.

    What hangs in the kernel is woken by a signal, in whose handler SourceUnavailableError is
    raised, so this is of use in the main thread alone.

    Args:
        limit_s: How long one may be silent.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._is_watching = False

    def sign(self) -> None:
        """Take note that it goes on."""
        if self._is_watching:  # who goes on to hang is woken again and again
            signal.setitimer(signal.ITIMER_REAL, self._limit_s, self._limit_s)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs in the ``with``."""
        before = signal.signal(signal.SIGALRM, self._end)
        timer = signal.setitimer(signal.ITIMER_REAL, self._limit_s, self._limit_s)
        self._is_watching = True
        try:
            yield
        finally:
            self._is_watching = False
            signal.setitimer(signal.ITIMER_REAL, *timer)
            signal.signal(signal.SIGALRM, before)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Leave people who are asked all the time that they want."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            yield
        finally:
            self.sign()

    def _end(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        raise SourceUnavailableError(f"nothing came of it within {self._limit_s:g} s")
