"""Metrics and single values that the agent keeps refusing: they wait aside while the rest goes on.

    a value of a metric is refused again and again ──> the metric is closed: its values wait
    one of those is taken ──> it is open again; what was refused itself waits on, and is tried alone
    refused for ten minutes while others are taken ──> given up: a value, or a metric but its newest

As long as nothing else gets through, the agent may be ill and not the metric: then all is kept, and
with enough of it waiting no more is taken from the buffer.
"""

import logging

from collector.clock import Clock
from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Cuts, Outcast, Piece

log = logging.getLogger(__name__)

TRIES_BEFORE_PROOF = 5
PROOF_TIME_S = 600.0
"""A metric is given up when it was refused alone five times over ten minutes."""

MAX_PAUSE_S = 60.0
MAX_PAUSE_AFTER_CUT_S = 120.0
MAX_PAUSE_OF_ALL_S = 20.0
PAUSE_OF_PROVEN_S = 3600.0
"""Each try of what costs the connection holds up all others for a moment."""

MAX_CUTS = 256

REFUSED_BEFORE_CLOSED = 3
"""An open metric is closed when so many new values in a row are refused."""


class Outcasts:
    """Used from the network thread alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken_at_s = -1.0

    def cast_out(self, lane: Lane, piece: Piece) -> None:
        """Let a refused piece of one metric wait aside, or give it up."""
        now_s, metric = self._clock.monotonic_s(), piece.metrics[0]
        outcast = self._outcast(lane, metric, piece.failed_at_s)
        if outcast.is_open and _is_proven(piece.tries, piece.failed_at_s, now_s):
            self._give_up(lane, piece)
            return
        self._count(outcast, piece, now_s)
        outcast.waiting.appendleft(piece)
        self._bound(lane, outcast)

    def set_aside(self, lane: Lane, piece: Piece) -> Piece:
        """Take the closed metrics out of a piece and let them wait; what is left may be empty."""
        at_ms = piece.reading.timestamp_ms
        closed = [
            metric
            for metric in piece.metrics
            if (outcast := lane.outcasts.get(metric))
            and (not outcast.is_open or at_ms in outcast.cuts)
        ]
        if not closed:
            return piece
        rest, asides = lane.take_out(piece, closed)
        for aside in asides:
            self._set_aside(lane, aside)
        return rest

    def _set_aside(self, lane: Lane, piece: Piece) -> None:
        metric = piece.metrics[0]
        outcast, now_s = lane.outcasts[metric], self._clock.monotonic_s()
        cuts = outcast.cuts.get(piece.reading.timestamp_ms or 0)
        if cuts is not None:
            piece.tries, piece.failed_at_s = cuts.tries, cuts.since_s
            piece.retry_at_s = cuts.retry_at_s
            if outcast.is_open and _is_proven(cuts.tries, cuts.since_s, now_s):
                self._give_up(lane, piece)
                return
        outcast.waiting.append(piece)
        self._bound(lane, outcast)

    def cut(self, lane: Lane, piece: Piece) -> None:
        """Note that a piece of one metric has cost the connection, so that it is not kept here."""
        now_s, at_ms = self._clock.monotonic_s(), piece.reading.timestamp_ms or 0
        outcast = self._outcast(lane, piece.metrics[0], now_s)
        before = outcast.cuts.pop(at_ms, Cuts(0, now_s, 0.0))
        self._count(outcast, piece, now_s)
        longest_s = PAUSE_OF_PROVEN_S if outcast.is_proven else MAX_PAUSE_AFTER_CUT_S
        if not outcast.evidence:  # nothing gets through at all, so a try costs nobody anything
            longest_s = MAX_PAUSE_OF_ALL_S
        outcast.retry_at_s = now_s + _pause_s(outcast.tries, longest_s)
        retry_at_s = now_s + _pause_s(before.tries + 1, longest_s)
        outcast.cuts[at_ms] = Cuts(before.tries + 1, before.since_s, retry_at_s)
        while len(outcast.cuts) > MAX_CUTS:
            del outcast.cuts[next(iter(outcast.cuts))]

    def has_cut(self, lane: Lane, piece: Piece) -> bool:
        """Tell whether a piece is of one metric alone that has cost the connection before."""
        outcast = lane.outcasts.get(piece.metrics[0]) if len(piece.metrics) == 1 else None
        return outcast is not None and bool(outcast.cuts) and lane.is_alone

    def next_due(self, lane: Lane) -> Piece | None:
        """Take the next piece to be tried: of those due the one that was tried least."""
        now_s = self._clock.monotonic_s()
        for outcast in lane.outcasts.values():
            if outcast.waiting and now_s >= outcast.due_s:
                due = (p for p in outcast.waiting if not outcast.is_open or now_s >= p.retry_at_s)
                piece = min(due, key=lambda piece: piece.tries)
                outcast.waiting.remove(piece)
                return piece
        return None

    def taken(self, lane: Lane, piece: Piece) -> None:
        """Note that the agent took a piece, which tells of its metrics and of itself."""
        self._taken_at_s = self._clock.monotonic_s()
        for metric in [metric for metric in lane.outcasts if metric in piece.metrics]:
            outcast = lane.outcasts[metric]
            outcast.refused_in_a_row = 0
            outcast.cuts.pop(piece.reading.timestamp_ms or 0, None)
            if not outcast.is_open:
                log.info("sensor %s: %s is taken again", lane.sensor, metric)
                outcast.is_open, outcast.is_proven = True, False
                lane.doubted.extend(each for each in outcast.waiting if not each.tries)
                outcast.waiting = type(outcast.waiting)(p for p in outcast.waiting if p.tries)
            self._end_if_empty(lane, metric)

    def _outcast(self, lane: Lane, metric: str, since_s: float) -> Outcast:
        outcast = lane.outcasts.get(metric)
        if outcast is None:
            log.warning("sensor %s: %s is refused; the rest goes on", lane.sensor, metric)
            outcast = lane.outcasts[metric] = Outcast(since_s, since_s)
        return outcast

    def _give_up(self, lane: Lane, piece: Piece) -> None:
        metric = piece.metrics[0]
        log.error("sensor %s: gave up a value of %s: %.80r", lane.sensor, metric, piece.values)
        lane.outcasts[metric].cuts.pop(piece.reading.timestamp_ms or 0, None)
        lane.dropped(piece)
        self._end_if_empty(lane, metric)

    def _count(self, outcast: Outcast, piece: Piece, now_s: float) -> None:
        outcast.tries += 1
        outcast.evidence += self._taken_at_s > outcast.refused_at_s
        outcast.refused_at_s = now_s
        outcast.retry_at_s = now_s + _pause_s(outcast.tries)
        outcast.refused_in_a_row += not piece.retry_at_s  # not those that are tried once more
        piece.retry_at_s = now_s + _pause_s(piece.tries)
        if outcast.is_open and outcast.refused_in_a_row >= REFUSED_BEFORE_CLOSED:
            outcast.is_open, outcast.since_s = False, now_s
            outcast.tries = outcast.evidence = 0
        outcast.is_proven |= not outcast.is_open and _is_proven(
            outcast.evidence, outcast.since_s, now_s
        )

    def _bound(self, lane: Lane, outcast: Outcast) -> None:
        while outcast.is_proven and len(outcast.waiting) > 1:
            oldest = outcast.waiting.popleft()
            outcast.cuts.pop(oldest.reading.timestamp_ms or 0, None)
            lane.dropped(oldest)

    def _end_if_empty(self, lane: Lane, metric: str) -> None:
        if not (lane.outcasts[metric].waiting or lane.outcasts[metric].cuts):
            del lane.outcasts[metric]


def _is_proven(tries: int, since_s: float, now_s: float) -> bool:
    return tries >= TRIES_BEFORE_PROOF and now_s - since_s >= PROOF_TIME_S


def _pause_s(tries: int, longest_s: float = MAX_PAUSE_S) -> float:
    return float(min(longest_s, 2.0 ** min(tries, 12)))
