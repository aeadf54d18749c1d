"""A batch: readings taken from a buffer as a transaction."""

from collections.abc import Collection, Iterable
from types import TracebackType
from typing import Protocol, Self

from collector.buffering.reading import StampedReading
from collector.ledger import DropCause

Entry = tuple[int, int, StampedReading]
"""Sequence number, size in bytes, reading: how a buffer holds a reading."""


class Buffer(Protocol):
    """What a batch asks of the buffer that it was taken from."""

    def settle(self, entry: Entry, dropped: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading go."""
        ...

    def put_back(self, entries: list[Entry]) -> None:
        """Take readings back, at the heads of their lanes."""
        ...


class Batch:
    """Readings in flight. Each is accepted, rejected or, if neither is said, kept.

    Used from one thread. As a context manager it keeps what is unsettled at the end of the block.
    """

    def __init__(self, buffer: Buffer, entries: list[Entry]) -> None:
        self._buffer = buffer
        self._unsettled = {id(entry[2]): entry for entry in entries}
        self.readings = [entry[2] for entry in entries]

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
        self._buffer.put_back(list(self._unsettled.values()))
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
