"""Who has how much of a bounded memory, and who has to give when it is full."""

from collector.status import BufferStatus


class Shares:
    """Counts what each source holds. Not safe for threads: its owner has a lock.

    Args:
        max_readings: At least 1.
        max_bytes: At least 1.
        sources: How many sources share it equally at first, at least 1.
    """

    def __init__(self, *, max_readings: int, max_bytes: int, sources: int) -> None:
        self._max_readings = max_readings
        self._max_bytes = max_bytes
        self.share_among(sources)
        self._owners: dict[str, _Holding] = {}
        self._total = _Holding()

    def share_among(self, sources: int) -> None:
        """Have so many sources share it equally from now on."""
        self._fair_share = 1 / max(1, sources)

    def count(self, owner: str, readings: int, size: int) -> None:
        """Add to what a source holds, or take away."""
        holding = self._owners.get(owner)
        if holding is None:
            holding = self._owners[owner] = _Holding()
        holding.readings += readings
        holding.bytes += size
        self._total.readings += readings
        self._total.bytes += size

    @property
    def is_over(self) -> bool:
        """Whether there is more than fits."""
        total = self._total
        return total.readings > self._max_readings or total.bytes > self._max_bytes

    def is_filled(self, part: float) -> bool:
        """Tell whether so much of it is in use, 0 to 1."""
        total = self._total
        return total.readings >= part * self._max_readings or total.bytes >= part * self._max_bytes

    def guiltiest(self, newcomer: str) -> list[str]:
        """Return who is to give: the newcomer first if over its share, then whoever has most."""
        fullest = sorted(
            self._owners, key=lambda owner: self._fullness(self._owners[owner]), reverse=True
        )
        if self._fullness(self._owners[newcomer]) > self._fair_share:
            return [newcomer, *fullest]
        return fullest

    def status(self) -> BufferStatus:
        """Return how full it is."""
        return BufferStatus(
            readings=self._total.readings,
            bytes=self._total.bytes,
            max_readings=self._max_readings,
            max_bytes=self._max_bytes,
        )

    def _fullness(self, holding: "_Holding") -> float:
        return max(holding.readings / self._max_readings, holding.bytes / self._max_bytes)


class _Holding:
    """What one source, or all of them, have."""

    __slots__ = ("bytes", "readings")

    def __init__(self) -> None:
        self.readings = 0
        self.bytes = 0
