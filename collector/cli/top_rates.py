"""How often each source is read, from one look at its counts to the next."""

from typing import Any

from collector.clock import Clock


class Rates:
    """Remembers the look before.

    Args:
        clock: Tells how far apart two looks are.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_s = 0.0
        self._reads: dict[str, int] = {}

    def of(self, status: dict[str, Any]) -> dict[str, float]:
        """Return the reads per second of each source since the look before; 0 at the first."""
        now_s = self._clock.monotonic_s()
        reads = {source["name"]: source["reads"] for source in status["sources"]}
        span_s = now_s - self._at_s
        rates = {
            name: max(0, count - self._reads.get(name, count)) / span_s if span_s > 0 else 0.0
            for name, count in reads.items()
        }
        self._at_s, self._reads = now_s, reads
        return rates
