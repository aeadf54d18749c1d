"""Several sources, one sensor, one push: holds the values of a tick until all have answered.

    tick 7   boiler-a ──put──> ┐
             boiler-b ──put──> ┤ held ── all expect a later tick, or the time is up ──> one reading
             boiler-c  (pause) ┘

A member says which tick it will act on next. A held tick is complete when no member can still act
on it; so a source that pauses after a failure makes nobody wait, and one that hangs only once.
"""

import math
import threading
from dataclasses import dataclass, field

from collector.buffering.reading import StampedReading
from collector.clock import Clock
from collector.sampling.link import LinkWorker
from collector.sampling.outlet import Outlet
from collector.sampling.schedule import Tick

_MAX_SHAPES = 64


@dataclass(slots=True)
class _Held:
    """The parts of one tick, by member."""

    until_s: float
    parts: dict[int, list[StampedReading]] = field(default_factory=dict)
    metrics: set[str] = field(default_factory=set)


class SharedSensor:
    """Joins what several members read of one sensor at one tick. Safe to use from every thread.

    Args:
        sensor: The sensor; readings of others go straight on.
        wait_s: How long after a tick its values are held at most.
        clock: The time.
        outlet: Where joined readings go.
        timer: Its thread lets go of what has been held too long.
    """

    def __init__(
        self, sensor: str, wait_s: float, *, clock: Clock, outlet: Outlet, timer: LinkWorker
    ) -> None:
        self._sensor = sensor
        self._wait_s = wait_s
        self._clock = clock
        self._outlet = outlet
        self._timer = timer
        self._lock = threading.Lock()
        self._expected: list[float] = []
        self._held: dict[int, _Held] = {}
        self._gone = -1
        self._is_timed = self._is_closed = False
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def member(self) -> "SharedRoute":
        """Add a member. To be called before any of them acts."""
        self._expected.append(math.inf)
        return SharedRoute(self, len(self._expected) - 1)

    def put(self, member: int, tick: Tick, reading: StampedReading) -> bool:
        """Hold a reading of a tick; false if the others of its tick have left already."""
        with self._lock:
            if self._is_closed or (reading.sensor == self._sensor and tick.number <= self._gone):
                return False
            if reading.sensor != self._sensor:
                self._outlet.put(reading)
                return True
            self._hold(member, tick, reading)
            return True

    def expect(self, member: int, number: int | None) -> None:
        """Learn which tick a member acts on next; None: not soon."""
        with self._lock:
            self._expected[member] = math.inf if number is None else number
            self._let_go_below(min(self._expected))

    def close(self) -> None:
        """Let go of everything, at the end; what comes later is too late."""
        with self._lock:
            self._let_go_below(math.inf)
            self._is_closed = True

    def _hold(self, member: int, tick: Tick, reading: StampedReading) -> None:
        held = self._held.get(tick.number)
        if held is None:
            held = self._held[tick.number] = _Held(tick.due_s + self._wait_s)
            self._time(held)
        if not held.metrics.isdisjoint(reading.metrics):
            self._outlet.put(reading)  # one push has room for one value of a metric
            return
        held.metrics.update(reading.metrics)
        held.parts.setdefault(member, []).append(reading)

    def _time(self, held: _Held) -> None:
        if not self._is_timed:
            self._is_timed = True
            self._timer.add(held.until_s, self._expire)

    def _expire(self) -> float | None:
        with self._lock:
            now_s = self._clock.monotonic_s()
            over = [number for number, held in self._held.items() if held.until_s <= now_s]
            if over:
                self._give_up(max(over))
            self._is_timed = bool(self._held)
            return min((held.until_s for held in self._held.values()), default=None)

    def _give_up(self, number: int) -> None:
        # Who has not answered by now may hang: until it comes back, nobody waits for it.
        self._expected = [
            math.inf if expected <= number else expected for expected in self._expected
        ]
        self._let_go_below(number + 1)

    def _let_go_below(self, limit: float) -> None:
        for number in sorted(self._held):
            if number < limit:
                self._outlet.put(self._joined(self._held.pop(number)))
                self._gone = max(self._gone, number)

    def _joined(self, held: _Held) -> StampedReading:
        parts = [part for _, parts in sorted(held.parts.items()) for part in parts]
        if len(parts) == 1:
            return parts[0]
        metrics = tuple(metric for part in parts for metric in part.metrics)
        if len(self._shapes) >= _MAX_SHAPES:
            self._shapes.clear()
        counts: dict[str, int] = {}
        for part in parts:
            for source, count in part.counts:
                counts[source] = counts.get(source, 0) + count
        return StampedReading(
            self._sensor,
            self._shapes.setdefault(metrics, metrics),
            tuple(value for part in parts for value in part.values),
            parts[0].taken_at,
            tuple(counts.items()),
        )


class SharedRoute:
    """A member's way into its `SharedSensor`; see `Route`."""

    def __init__(self, shared: SharedSensor, member: int) -> None:
        self._shared = shared
        self._member = member

    def put(self, tick: Tick, reading: StampedReading) -> bool:
        """See `Route`."""
        return self._shared.put(self._member, tick, reading)

    def expect(self, number: int | None) -> None:
        """See `Route`."""
        self._shared.expect(self._member, number)
