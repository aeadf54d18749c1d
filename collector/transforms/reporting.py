"""When the value of one metric is reported again: after a change, and not too seldom or too often.

    sent        held: too soon after what was sent, or too small a change
     |            |
    -o------------o-------------------o----> time
     |<- min_period ->|               ^ the next value that may be sent, or, if there comes
     |<-------- max_period -------->| | none, the held one, with the time at which it was taken

A change that comes too soon is not lost: it is held, and sent when the least period is over, unless
a newer value has come before. So is the last small change when the greatest period is over. What is
sent has always been read, at the time that it carries; when nothing is read, nothing is sent.
"""

from dataclasses import dataclass

from collector.transforms.step import Stamp
from collector.wire.units import MetricValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """How often a metric may and must be reported.

    Attributes:
        min_ms: Nothing is sent sooner after what was sent.
        max_ms: Something is sent at the latest so long after what was sent, if something was read;
            None if it need not be.
    """

    min_ms: int = 0
    max_ms: int | None = None


class Report:
    """What is known of one metric.

    Args:
        periods: How often it is reported.

    Attributes:
        due_ms: When the held value is sent; None while none is held.
    """

    __slots__ = (
        "_has_sent",
        "_held",
        "_last_ms",
        "_periods",
        "_quiet_until_ms",
        "_sent_ms",
        "due_ms",
    )

    def __init__(self, periods: Periods) -> None:
        self._periods = periods
        self._has_sent = False
        self._sent_ms = self._last_ms = self._quiet_until_ms = 0
        self._held: tuple[MetricValue, Stamp, bool] | None = None
        self.due_ms: int | None = None

    def take(
        self, value: MetricValue, stamp: Stamp, at_ms: int, *, is_change: bool
    ) -> tuple[bool, int]:
        """Decide on a value.

        Args:
            value: The value.
            stamp: When it was taken.
            at_ms: The same in milliseconds on the boot-time clock.
            is_change: It is not as good as the one that was sent last, or it is the first.

        Returns:
            Whether it is sent now; and how many values are now certain never to be: it, or the one
            that was held before it.
        """
        superseded = 0 if self._held is None else 1
        spacing_ms, self._last_ms = at_ms - self._last_ms, at_ms
        if not self._has_sent or self._may_go(at_ms, spacing_ms, is_change=is_change):
            self._send(at_ms, at_ms)
            return True, superseded
        due_ms = self._due_ms(is_change=is_change)
        if due_ms is None:
            self._held = self.due_ms = None
            return False, superseded + 1
        self._held, self.due_ms = (value, stamp, is_change), due_ms
        return False, superseded

    def flush(self, until_ms: int | None) -> tuple[MetricValue, Stamp] | None:
        """Return the held value if it was due by then, or at the end, with None, if it differs."""
        if self._held is None or self.due_ms is None:
            return None
        value, stamp, is_change = self._held
        if until_ms is None and not is_change:
            return None
        if until_ms is not None and self.due_ms > until_ms:
            return None
        self._send(stamp.at_ms, self.due_ms)
        return value, stamp

    def forget_held(self) -> int:
        """Let go of the held value at the end, and return how many that is."""
        count = 0 if self._held is None else 1
        self._held = self.due_ms = None
        return count

    def _may_go(self, at_ms: int, spacing_ms: int, *, is_change: bool) -> bool:
        if at_ms < self._quiet_until_ms:
            return False
        if is_change:
            return True
        max_ms = self._periods.max_ms
        if max_ms is None:
            return False
        # Reads come a little early or late: of two that lie around the end of the period, the
        # nearer one is sent. A read that is 20 ms early must not cost a whole interval.
        return at_ms - self._sent_ms + spacing_ms // 2 >= max_ms

    def _due_ms(self, *, is_change: bool) -> int | None:
        if is_change:
            return self._quiet_until_ms
        max_ms = self._periods.max_ms
        return None if max_ms is None else max(self._sent_ms + max_ms, self._quiet_until_ms)

    def _send(self, taken_ms: int, now_ms: int) -> None:
        self._has_sent, self._sent_ms = True, taken_ms
        self._quiet_until_ms = now_ms + self._periods.min_ms
        self._held = self.due_ms = None
