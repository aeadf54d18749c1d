"""A reading as the core holds it: checked, stamped, and as small as Python allows."""

from dataclasses import dataclass

from collector.clock import Instant
from collector.wire.units import MetricValue


@dataclass(slots=True, eq=False)
class StampedReading:
    """What one sensor showed at one instant, ready to be delivered as one push.

    Compared by identity. Made once, never changed but for its timestamp.

    Attributes:
        sensor: Sensor id.
        metrics: Metric ids, never empty; readings of equal shape share one tuple.
        values: As many values, in the same order.
        taken_at: When it was taken, on the boot-time clock.
        counts: How many of the values each source gave: (source name, number) pairs. More than one
            pair where several sources feed one sensor.
        timestamp_ms: Milliseconds since the epoch; None until it is put into a buffer, unless the
            telegram gave the time; fixed when first sent, so that a repeated push is identical.
        is_tentative: The timestamp was taken from a clock that nothing disciplined, and may be
            corrected before it is first sent.
        is_unverified: Nothing could be found that vouches for its timestamp; false again when that
            was judged, as it is sent for the first time.
    """

    sensor: str
    metrics: tuple[str, ...]
    values: tuple[MetricValue, ...]
    taken_at: Instant
    counts: tuple[tuple[str, int], ...]
    timestamp_ms: int | None = None
    is_tentative: bool = False
    is_unverified: bool = False

    @property
    def owner(self) -> str:
        """The source in whose share of a buffer it lies."""
        return self.counts[0][0]

    def size_bytes(self) -> int:
        """Return about how much memory it takes."""
        size = _FIXED_BYTES + _BYTES_PER_VALUE * len(self.values)
        if str in map(type, self.values):  # rare, and looking is cheap
            size += sum(len(value) for value in self.values if isinstance(value, str))
        return size


_FIXED_BYTES = 320
"""The object, its two tuples' heads, the instant and the counts: measured with sys.getsizeof."""

_BYTES_PER_VALUE = 32
"""A float and its place in the tuple; ids are shared."""
