"""A batch: readings taken from a buffer as a transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from collector.buffering.reading import StampedReading
from collector.ledger import DropCause


@dataclass(slots=True, eq=False)
class Entry:
    """How a buffer holds a reading.

    Attributes:
        order: Grows with every reading that is put into the buffer.
        size_bytes: About how much memory it takes.
    """

    order: int
    size_bytes: int
    reading: StampedReading


def outcomes(reading: StampedReading, lost: Iterable[str]) -> list[tuple[str, int, int]]:
    """Return per source how many of a reading's values are delivered and how many are dropped.

    Args:
        reading: Which was settled.
        lost: The metrics that were dropped.
    """
    gone = set(lost)
    if not gone:
        return [(source, count, 0) for source, count in reading.counts]
    found, first = [], 0
    for source, count in reading.counts:
        dropped = sum(metric in gone for metric in reading.metrics[first : first + count])
        found.append((source, count - dropped, dropped))
        first += count
    return found


class Buffer(Protocol):
    """What a batch asks of the buffer that it was taken from."""

    def settle(self, entry: Entry, dropped: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading go."""
        ...

    def put_back(self, entries: Sequence[Entry], *, are_newest: bool) -> None:
        """Take readings back, at the heads of their lanes or, if they were the newest, the ends."""
        ...


class Batch:
    """Readings in flight. Each is accepted, rejected or, if neither is said, kept.

    Used from one thread. As a context manager it keeps what is unsettled at the end of the block.

    Args:
        buffer: Where they were taken from.
        entries: In the order of their sensors.
        are_newest: They were not the oldest.
    """

    def __init__(
        self, buffer: Buffer, entries: Sequence[Entry], *, are_newest: bool = False
    ) -> None:
        self._buffer = buffer
        self._are_newest = are_newest
        self._unsettled = {id(entry.reading): entry for entry in entries}
        self.readings = [entry.reading for entry in entries]

    def accept(self, reading: StampedReading) -> None:
        """The agent has it: all its values are delivered."""
        self._buffer.settle(self._unsettled.pop(id(reading)), (), None)

    def reject(
        self, reading: StampedReading, cause: DropCause, metrics: Collection[str] | None = None
    ) -> None:
        """It will never be delivered, or only without the named metrics."""
        lost = reading.metrics if metrics is None else metrics
        self._buffer.settle(self._unsettled.pop(id(reading)), lost, cause)

    def keep(self) -> None:
        """Put everything that is unsettled back where it was taken from. Safe to call twice."""
        self._buffer.put_back(list(self._unsettled.values()), are_newest=self._are_newest)
        self._unsettled.clear()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is in flight any more."""
        return not self._unsettled

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.keep()
