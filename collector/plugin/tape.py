"""A tape: what passed between a source and its device, to be kept and played back later."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, Protocol

Direction = Literal["out", "in", "error"]
"""``out`` went to the device, ``in`` came from it, ``error`` is why something did neither."""

_MOST_MISSES = 8


class Tape(Protocol):
    """Where a source notes what passes between it and its device, at the lowest layer it has."""

    def note(self, channel: str, direction: Direction, data: bytes) -> None:
        """Note what has just passed; while nothing is recorded, this does nothing.

        Safe from every thread, never blocks for long, and raises nothing.

        Args:
            channel: What it passed on, as the source names it: ``"serial:///dev/ttyUSB0"``.
            direction: Which way.
            data: The bytes as they were; of an ``error`` its name or its text.
        """
        ...

    def setting_up(self, *, resumes: bool = False) -> AbstractContextManager[None]:
        """Return what surrounds a conversation that is held once and used for long.

        A recording that begins while the source is open starts with the last such conversation, so
        that it can be played. The collector surrounds each ``open`` with it; a source that learns
        something of its device later, as calibration or a register map, does so itself. One in
        which nothing is noted changes nothing; after one that raises there is none.

        Args:
            resumes: Whether it goes on with the last one, which raised before it was at its end: a
                map that takes longer to read than a read may take, say.
        """
        ...


class _Off:
    """A tape that keeps nothing."""

    def note(self, channel: str, direction: Direction, data: bytes) -> None:
        """See `Tape`."""

    def setting_up(self, *, resumes: bool = False) -> AbstractContextManager[None]:
        """See `Tape`."""
        del resumes
        return nullcontext()


NO_TAPE: Tape = _Off()
"""What a source has whose traffic nobody records."""


@dataclass(frozen=True, slots=True)
class TapeEvent:
    """One thing that passed.

    Attributes:
        at_s: Seconds since the recording began.
        channel: As the source named it.
        direction: Which way.
        data: The bytes.
    """

    at_s: float
    channel: str
    direction: Direction
    data: bytes


@dataclass(eq=False)
class RecordedTape:
    """What was recorded of one source, for `SourceKind.replay`.

    Attributes:
        source: The source's name.
        events: What passed, in its order.
        speed: How much faster than it was recorded it is to be played.
    """

    source: str
    events: Sequence[TapeEvent]
    speed: float = 1.0
    _missed: dict[str, None] = field(default_factory=dict)

    def miss(self, request: str) -> None:
        """Tell that a request is not on the tape and so gets no answer. From every thread.

        Args:
            request: The request in words; it stands in the source's message.
        """
        if len(self._missed) < _MOST_MISSES:
            self._missed.setdefault(request)

    @property
    def missed(self) -> Sequence[str]:
        """The first requests that are not on the tape, each once."""
        return tuple(self._missed)
