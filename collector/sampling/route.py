"""Which way the readings of a group go from its source."""

from typing import Protocol

from collector.buffering.reading import StampedReading
from collector.sampling.gate import Gate
from collector.sampling.schedule import Tick


class Route(Protocol):
    """Takes the readings of one group of one source."""

    def put(self, tick: Tick, reading: StampedReading) -> bool:
        """Take a checked reading of a tick; false if it comes too late for it."""
        ...

    def expect(self, number: int | None) -> None:
        """Learn that nothing more will come before the tick of this number; None: nobody knows."""
        ...


class DirectRoute:
    """Leads straight out."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def put(self, tick: Tick, reading: StampedReading) -> bool:
        """See `Route`."""
        del tick
        return self._gate.put(reading)

    def expect(self, number: int | None) -> None:
        """See `Route`."""
