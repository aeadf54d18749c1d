"""Wall-clock timestamps, derived from the boot-time clock when a reading is first sent."""

from collector.buffering.reading import StampedReading
from collector.buffering.timestamps import Increasing
from collector.clock import Clock, wall_ms_of
from collector.publishing.clock_trust import ClockTrust


class Stamps:
    """Gives each reading its milliseconds since the epoch, once, unless its buffer has done so.

    Timestamps of one sensor strictly increase, except across a backward step of 5 s or more.

    Attributes:
        unverified: How many readings were sent with a time that cannot be right.
    """

    def __init__(self, clock: Clock, trust: ClockTrust) -> None:
        self._clock = clock
        self._trust = trust
        self._increasing = Increasing()
        self.unverified = 0

    def fix(self, reading: StampedReading) -> int:
        """Return the reading's timestamp; the first call derives it, later ones repeat it."""
        if reading.timestamp_ms is None:
            reading.timestamp_ms = self._derive(reading)
            self.unverified += self._trust.is_doubted
        elif reading.is_unverified:
            reading.is_unverified = False
            self.unverified += self._trust.doubts(reading.timestamp_ms)
        return reading.timestamp_ms

    def _derive(self, reading: StampedReading) -> int:
        wall_ms = wall_ms_of(reading.taken_at, self._clock)
        if wall_ms is None:  # of an earlier boot: the arrival is all that is known
            wall_ms = self._clock.wall_ms()
        return self._increasing.next_ms(reading.sensor, wall_ms)
