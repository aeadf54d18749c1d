"""Makes a push of a piece: refused metrics set aside, types fitted, the time fixed, encoded."""

import logging
from collections.abc import Callable

from collector.publishing.delivery.conversion import fitted
from collector.publishing.delivery.encoder import PushEncoder
from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Piece
from collector.publishing.delivery.repair import Repair
from collector.publishing.supply.stamps import Stamps

log = logging.getLogger(__name__)


class Preparation:
    """Used from the network thread alone.

    Args:
        agent_metric: From our sensor and metric id to the agent's metric id.
        stamps: Gives readings their time.
        repair: Knows what the agent refuses.
    """

    def __init__(
        self, agent_metric: Callable[[str, str], str], stamps: Stamps, repair: Repair
    ) -> None:
        self._encoder = PushEncoder(agent_metric)
        self._stamps = stamps
        self._repair = repair

    def forget(self) -> None:
        """Look up the agent's ids afresh."""
        self._encoder.forget()

    def prepare(self, lane: Lane, piece: Piece) -> tuple[Piece, bytes] | None:
        """Return what is left of a piece to be sent now, and its message; None for nothing."""
        timestamp_ms = self._stamps.judged(piece.reading)
        if lane.outcasts and not lane.is_alone:
            piece = self._repair.outcasts.set_aside(lane, piece)
        if lane.types:
            piece = fitted(lane, piece)
        if not piece.metrics:
            return None
        try:
            return piece, self._encoder.encode(
                lane.sensor, piece.metrics, piece.values, timestamp_ms
            )
        except ValueError as error:  # nothing of the sort is accepted: it was damaged since
            log.error("sensor %s: dropped a reading that cannot be sent: %s", lane.sensor, error)  # noqa: TRY400
            lane.dropped(piece)
            return None
