"""What is taken now goes ahead of what has waited, while a backlog drains.

    window of a sensor that is behind     │ live, in their order │ oldest, in their order │
                                            30 % at most           the rest

Both parts keep their order, so what is stored of a sensor is two sequences, each of which grows.
The share is earned by what drains: three live readings for seven old ones, also where a window has
a single push. What room a window has besides, because the backlog may not go faster, is for live
ones too. Live readings for which there was no room wait at their place and drain with the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from collector.buffering.batch import Batch
from collector.clock import Clock, Instant
from collector.publishing.supply.backlog import is_after, is_backlog, live_since
from collector.publishing.supply.ports import Buffer

LIVE_SHARE = 0.3

_EARNED = LIVE_SHARE / (1 - LIVE_SHARE)

MOST_EARNED = 20.0
"""About the share of the widest window; what was not used for live readings is not saved up."""


@dataclass(slots=True)
class _Ahead:
    """How far the live readings of a sensor are that is behind.

    Attributes:
        earned: So many may be taken.
        until: When the newest of those that were taken was taken from its source.
    """

    earned: float = 0.0
    until: Instant | None = None


class LiveFirst:
    """Divides windows between both ends of a sensor. Used from the network thread alone."""

    def __init__(self, buffer: Buffer, clock: Clock) -> None:
        self._buffer = buffer
        self._clock = clock
        self._behind: dict[str, _Ahead] = {}

    def batches(self, sensor: str, room: int, drain: Callable[[int], Batch]) -> list[Batch]:
        """Take what a sensor may send of so many readings, in the order in which to send it.

        Args:
            sensor: Whose.
            room: At most so many.
            drain: Takes up to so many of its oldest.
        """
        ahead = self._behind.get(sensor)
        if ahead is None:
            return self._drained(sensor, drain(room))
        since = self._since(ahead)
        live = self._newest(sensor, ahead, min(room, int(ahead.earned)), since)
        left = room - sum(len(batch.readings) for batch in live)
        oldest = self._drained(sensor, drain(left))
        left -= sum(len(batch.readings) for batch in oldest)
        return [*self._newest(sensor, ahead, left, since), *live, *oldest]

    def forget(self) -> None:
        """Begin afresh: what was taken is in the buffer again."""
        self._behind.clear()

    def _drained(self, sensor: str, oldest: Batch) -> list[Batch]:
        """Return a batch of the oldest, if it holds any: they tell whether the sensor is behind."""
        if not oldest.readings:
            return []
        if is_backlog(oldest.readings[-1], self._clock.now()):
            ahead = self._behind.setdefault(sensor, _Ahead())
            ahead.earned = min(MOST_EARNED, ahead.earned + len(oldest.readings) * _EARNED)
        else:
            self._behind.pop(sensor, None)
        return [oldest]

    def _newest(self, sensor: str, ahead: _Ahead, count: int, since: Instant) -> list[Batch]:
        batch = self._buffer.newest(sensor, count, since) if count > 0 else None
        if batch is None or not batch.readings:
            return []
        ahead.earned = max(0.0, ahead.earned - len(batch.readings))
        until = batch.readings[-1].taken_at
        if ahead.until is None or is_after(until, ahead.until):
            ahead.until = until
        return [batch]

    def _since(self, ahead: _Ahead) -> Instant:
        since = live_since(self._clock.now())
        return ahead.until if ahead.until and is_after(ahead.until, since) else since
