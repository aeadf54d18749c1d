"""What may be taken from the buffer now, and from which end.

Nothing while the clock is wrong, a backlog in measure, and ahead of it what is live, if wished.
"""

from functools import partial

from collector.buffering.batch import Batch
from collector.clock import Clock
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.live_first import LiveFirst
from collector.publishing.supply.ports import Buffer
from collector.publishing.supply.replay import Replay


class Supply:
    """The buffer as the publisher sees it. Used from the network thread alone.

    Args:
        replay_rate: How many readings per second of a backlog are handed out; None for all.
        live_first: Whether live readings go ahead of a backlog.

    Attributes:
        trust: How the clock is.
        is_held: Nothing may be taken, whatever the clock shows.
    """

    def __init__(
        self,
        buffer: Buffer,
        clock: Clock,
        trust: ClockTrust,
        *,
        replay_rate: float | None = None,
        live_first: bool = False,
    ) -> None:
        self._buffer = buffer
        self._live_first = LiveFirst(buffer, clock) if live_first else None
        self._replay = Replay(clock, replay_rate)
        self.trust = trust
        self.is_held = False

    def ready(self) -> list[str]:
        """Begin a round; return the sensors that have readings waiting which may be sent."""
        self.trust.look()
        return [] if self._is_closed else self._replay.in_turn(self._buffer.ready())

    @property
    def waiting(self) -> list[str]:
        """The sensors whose readings wait for something else than the clock."""
        return [] if self._is_closed else self._buffer.ready()

    def batches(self, sensor: str, room: int) -> list[Batch]:
        """Take what may be sent of a sensor, at most so many readings, in the order to send it."""
        if self._is_closed or room <= 0:
            return []
        if self._live_first is not None:
            return self._live_first.batches(sensor, room, partial(self._oldest, sensor))
        oldest = self._oldest(sensor, room)
        return [oldest] if oldest.readings else []

    def disconnected(self) -> None:
        """Note that whatever was taken is in the buffer again."""
        if self._live_first is not None:
            self._live_first.forget()

    @property
    def _is_closed(self) -> bool:
        return self.is_held or self.trust.is_holding

    def next_due_s(self) -> float | None:
        """Return the monotonic time at which more may be sent without an event."""
        return earliest(self.trust.next_due_s(), self._replay.next_due_s())

    def _oldest(self, sensor: str, room: int) -> Batch:
        batch = self._buffer.batch(sensor, self._replay.allowed(sensor, room))
        self._replay.taken(sensor, batch.readings, self._buffer.ready)
        return batch


def earliest(*dues: float | None) -> float | None:
    """Return the first of some times; None where there is none."""
    return min((due for due in dues if due is not None), default=None)
