"""Pushes that wait for the broker's acknowledgement, where its word is all there is."""

from collector.publishing.delivery.fence import FENCE_TIMEOUT_S
from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Piece


class BrokerWord:
    """Knows which packet was which push."""

    def __init__(self) -> None:
        self._pushes: dict[int, tuple[Lane, Piece]] = {}
        self._given_at_s = 0.0

    def expect(self, packet: int, lane: Lane, piece: Piece, now_s: float) -> None:
        """Note a push under way."""
        if not self._pushes:
            self._given_at_s = now_s
        self._pushes[packet] = (lane, piece)

    def take(self, packet: int, now_s: float) -> tuple[Lane, Piece] | None:
        """Return the push that the broker has acknowledged, if it was one."""
        self._given_at_s = now_s
        return self._pushes.pop(packet, None)

    def forget(self) -> None:
        """Expect nothing any more."""
        self._pushes.clear()

    def is_overdue(self, now_s: float) -> bool:
        """Tell whether the broker's silence means that the connection is dead."""
        overdue_at_s = self.overdue_at_s()
        return overdue_at_s is not None and now_s >= overdue_at_s

    def overdue_at_s(self) -> float | None:
        """Return when the broker's silence means that the connection is dead; None for never."""
        return self._given_at_s + FENCE_TIMEOUT_S if self._pushes else None
