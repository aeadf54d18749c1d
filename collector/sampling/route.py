"""Which way the readings of a group go from its source."""

from typing import Protocol

from collector.buffering.reading import StampedReading
from collector.sampling.gate import Gate
from collector.sampling.schedule import Tick
from collector.sampling.transforming import Transformer


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


class TransformingRoute:
    """Leads through the transforms of a source, and on.

    Args:
        transformer: Runs them.
        route: The way of what becomes of a reading.
    """

    def __init__(self, transformer: Transformer, route: Route) -> None:
        self._transformer = transformer
        self._route = route

    def put(self, tick: Tick, reading: StampedReading) -> bool:
        """See `Route`; what comes too late is refused here, as it is no longer what was read."""
        self._transformer.put(reading, lambda sent: self._route.put(tick, sent))
        return True

    def expect(self, number: int | None) -> None:
        """See `Route`."""
        self._route.expect(number)
