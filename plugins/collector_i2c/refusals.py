"""Counts what was refused, and says it to the operator."""

from collections import Counter
from collections.abc import Sequence

from collector_i2c.refusal import Reason, RefusedError


class Refusals:
    """The refused readings of one chip, since the start."""

    def __init__(self) -> None:
        self._counts: Counter[Reason] = Counter()
        self._last: dict[Reason, str] = {}
        self._since_s: float | None = None

    def count(self, refused: RefusedError) -> None:
        """Count one."""
        self._counts[refused.reason] += 1
        self._last[refused.reason] = refused.message

    def lasting_s(self, now_s: float) -> float:
        """Note that a reading gave nothing; return for how long that has been so."""
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s

    def end(self) -> None:
        """Note that a reading gave values."""
        self._since_s = None

    def notes(self) -> Sequence[str]:
        """Return a line for each reason, the most frequent first."""
        return tuple(
            f"{reason}: {count} answers refused, last: {self._last[reason]}"
            for reason, count in self._counts.most_common()
        )
