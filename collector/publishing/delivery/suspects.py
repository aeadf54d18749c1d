"""Finds the push that costs the connection: some agents cut it off instead of refusing a message.

    cut three times with pushes of a sensor under way ──> suspect: one push at a time, of one
                                                          suspect at a time
    cut twice more with one of them under way ──> metric by metric
    cut with one metric under way ──> that value waits aside, see `outcasts`

Whatever is confirmed in between ends the suspicion, so a bad line casts it on nobody for long.
"""

from collections.abc import Iterable

from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.outcasts import Outcasts
from collector.publishing.delivery.piece import Piece
from collector.publishing.supply.supply import Supply

CUTS_BEFORE_ALONE = 3
CUTS_BEFORE_SPLIT = 5


class Suspects:
    """Used from the network thread alone."""

    def __init__(self, outcasts: Outcasts) -> None:
        self._outcasts = outcasts

    def cut(self, busy: Iterable[Lane]) -> None:
        """Note that the connection was cut off with pushes of these lanes under way."""
        lanes = list(busy)
        for lane in [lane for lane in lanes if self.is_tried(lane)] or lanes:
            piece = lane.only_piece
            is_found = piece is not None and len(piece.metrics) == 1
            is_again = piece is not None and self._outcasts.has_cut(lane, piece)
            lane.cuts += 1
            if piece is not None and is_found and (is_again or lane.cuts > CUTS_BEFORE_SPLIT):
                self._outcasts.cut(lane, piece)
                lane.cuts = 0

    def is_tried(self, lane: Lane) -> bool:
        """Tell whether a lane has something under way that may cost the connection."""
        piece = lane.only_piece
        return piece is not None and (is_suspect(lane) or self._outcasts.has_cut(lane, piece))

    def take(self, lane: Lane, lanes: Iterable[Lane], supply: Supply) -> bool:
        """Take the next reading of a suspect, to be sent alone, and at last metric by metric.

        Returns:
            False where another one is tried just now, or has something under way.
        """
        if lane.is_busy or any(map(self.is_tried, lanes)):
            return False
        if lane.doubted:
            return True
        batches = supply.batches(lane.sensor, 1)
        for piece in [piece for batch in batches for piece in lane.take(batch)]:
            is_parted = lane.cuts >= CUTS_BEFORE_SPLIT and len(piece.metrics) > 1
            parts = [piece.part((metric,)) for metric in piece.metrics]
            lane.doubted.extend(lane.split(piece, parts) if is_parted else [piece])
        return True

    def next_alone(self, lane: Lane, lanes: Iterable[Lane]) -> Piece | None:
        """Take the next piece that has to go alone: doubted, or refused for long and due again."""
        if lane.doubted:
            return lane.doubted.popleft()
        has_cut = any(outcast.cuts for outcast in lane.outcasts.values())
        if has_cut and any(map(self.is_tried, lanes)):
            return None  # or nobody could tell which of two it was
        return self._outcasts.next_due(lane)


def is_suspect(lane: Lane) -> bool:
    """Tell whether a lane's pushes may cost the connection."""
    return lane.cuts >= CUTS_BEFORE_ALONE
