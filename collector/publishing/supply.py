"""What may be taken from the buffer now: nothing while the clock is wrong, a backlog in measure."""

from collector.buffering.batch import Batch
from collector.clock import Clock
from collector.publishing.clock_trust import ClockTrust
from collector.publishing.ports import Buffer
from collector.publishing.replay import Replay


class Supply:
    """The buffer as the publisher sees it. Used from the network thread alone.

    Args:
        replay_rate: How many readings per second of a backlog are handed out; None for all.

    Attributes:
        trust: How the clock is.
        is_held: Nothing may be taken, whatever the clock shows.
    """

    def __init__(
        self, buffer: Buffer, clock: Clock, trust: ClockTrust, *, replay_rate: float | None = None
    ) -> None:
        self._buffer = buffer
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

    def batch(self, sensor: str, max_readings: int) -> Batch:
        """Take a sensor's oldest readings, as many as may be sent of so many."""
        allowed = 0
        if not self._is_closed:
            allowed = self._replay.allowed(sensor, max_readings)
        batch = self._buffer.batch(sensor, allowed)
        self._replay.taken(sensor, batch.readings, self._buffer.ready)
        return batch

    @property
    def _is_closed(self) -> bool:
        return self.is_held or self.trust.is_holding

    def next_due_s(self) -> float | None:
        """Return the monotonic time at which more may be sent without an event."""
        return earliest(self.trust.next_due_s(), self._replay.next_due_s())


def earliest(*dues: float | None) -> float | None:
    """Return the first of some times; None where there is none."""
    return min((due for due in dues if due is not None), default=None)
