"""How many readings are sent with a time that cannot be right."""

from collector.buffering.reading import StampedReading
from collector.publishing.supply.clock_trust import ClockTrust


class Stamps:
    """Looks at the timestamps that the buffer gave, once each, as readings are sent.

    Attributes:
        unverified: How many were sent with a time that cannot be right.
    """

    def __init__(self, trust: ClockTrust) -> None:
        self._trust = trust
        self.unverified = 0

    def judged(self, reading: StampedReading) -> int:
        """Return a reading's timestamp; it has one since it was put."""
        timestamp_ms = reading.timestamp_ms or 0
        if reading.is_unverified:
            reading.is_unverified = False
            self.unverified += self._trust.doubts(timestamp_ms)
        return timestamp_ms
