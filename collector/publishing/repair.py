"""Carries out the verdicts on a push that failed alone in its window."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from random import Random

from collector.clock import Clock
from collector.publishing.lane import Lane, Outcast, Piece
from collector.publishing.verdicts import PushAction, push_action
from collector.wire.errors import code_name
from collector.wire.replies import ErrorReply
from collector.wire.units import MetricValue, ValueType

log = logging.getLogger(__name__)

TRIES_BEFORE_SPLIT = 5
TRIES_BEFORE_PROOF = 5
PROOF_TIME_S = 600.0
"""A metric is given up when it was refused alone five times over ten minutes."""

MAX_PAUSE_S = 60.0
MAX_OUTCAST_VALUES = 256
"""So many values of a refused metric wait; they are in flight, so the ring cannot drop them."""

GLOBAL_PAUSE_S = (5.0, 60.0)
RECREATE_TRIES = 3
RECREATE_PAUSE_S = 300.0

_TYPE_OF_CODE: Mapping[int, ValueType] = {
    7: ValueType.STRING,
    8: ValueType.DOUBLE,
    9: ValueType.BOOL,
    11: ValueType.INTEGER,
}


class Repair:
    """Decides what becomes of a refused piece.

    Args:
        pause_all: Called with the monotonic time until which nothing may be pushed.
        recreate: Called with a sensor and the metrics to create again (none: the sensor); it holds
            the lane and releases it when done.
    """

    def __init__(
        self,
        clock: Clock,
        random: Random,
        pause_all: Callable[[float], None],
        recreate: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self._clock = clock
        self._random = random
        self._pause_all = pause_all
        self._recreate = recreate
        self._actions: Mapping[PushAction, Callable[[Lane, Piece, ErrorReply], None]] = {
            PushAction.PAUSE_ALL: self._wait_for_backend,
            PushAction.RETRY_THEN_SPLIT: self._retry_then_split,
            PushAction.RESEND_ONCE: self._resend_once,
            PushAction.CONVERT: self._convert,
            PushAction.RECREATE_SENSOR: self._recreate_sensor,
            PushAction.RECREATE_METRICS: self._recreate_metrics,
            # A verdict falls when a ping was answered, so this client exists: the sensor is gone.
            PushAction.CHECK_IDENTITY: self._recreate_sensor,
            PushAction.SPLIT_LISTED: self._split_listed,
        }

    def refused(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        """Handle a piece that was refused with an error, the only one in its window."""
        piece.tries += 1
        if piece.tries == 1:
            piece.failed_at_s = self._clock.monotonic_s()
        problem = f"refused with {error.code} {code_name(error.code)}: {error.message}"
        if problem != lane.problem:
            log.warning("sensor %s: push %s", lane.sensor, problem)
        lane.problem = problem
        self._actions[push_action(error.code)](lane, piece, error)

    def unanswered(self, lane: Lane, piece: Piece) -> None:
        """Handle a piece that the agent passed over in silence: kept for ever, asked less often."""
        lane.silent_tries += 1
        lane.problem = "the agent does not answer pushes of this sensor"
        if lane.silent_tries == 1:
            log.warning("sensor %s: %s; its readings are kept", lane.sensor, lane.problem)
        lane.doubted.appendleft(piece)
        if lane.silent_tries > 1:
            self._pause(lane, lane.silent_tries - 1)

    def next_alone(self, lane: Lane) -> Piece | None:
        """Take the next piece that has to go alone: doubted, or of a refused metric and due."""
        if lane.doubted:
            return lane.doubted.popleft()
        now_s = self._clock.monotonic_s()
        for outcast in lane.outcasts.values():
            if outcast.waiting and now_s >= outcast.retry_at_s:
                return outcast.waiting.popleft()
        return None

    def set_aside(self, lane: Lane, piece: Piece) -> Piece:
        """Take the refused metrics out of a piece and let them wait; what is left may be empty."""
        refused = [metric for metric in piece.metrics if metric in lane.outcasts]
        if not refused:
            return piece
        rest, asides = self._without(lane, piece, refused)
        for aside in asides:
            outcast = lane.outcasts[aside.metrics[0]]
            outcast.waiting.append(aside)
            self._bound(lane, outcast)
        return rest

    def fitted(self, lane: Lane, piece: Piece) -> Piece:
        """Give metrics the types learned from refusals; values that do not fit are dropped."""
        types = lane.types
        pairs = list(zip(piece.metrics, piece.values, strict=True))
        unfit = [m for m, value in pairs if m in types and converted(value, types[m]) is None]
        if unfit:
            piece, parts = self._without(lane, piece, unfit)
            for part in parts:
                lane.dropped(part)
        fitting = [
            (value if metric not in types else converted(value, types[metric]))
            for metric, value in zip(piece.metrics, piece.values, strict=True)
        ]
        piece.values = tuple(value for value in fitting if value is not None)
        return piece

    def healed(self, lane: Lane, piece: Piece) -> None:
        """Handle a piece that got through: what was wrong with it or its metric is over."""
        lane.silent_tries = lane.recreations = lane.odd_windows = 0
        if len(piece.metrics) == 1:
            outcast = lane.outcasts.pop(piece.metrics[0], None)
            if outcast is not None:
                log.info("sensor %s: %s is taken again", lane.sensor, piece.metrics[0])
                lane.doubted.extend(outcast.waiting)
        if lane.problem and not lane.outcasts:
            log.info("sensor %s: pushes are confirmed again", lane.sensor)
            lane.problem = ""

    # -- the actions ----------------------------------------------------------------------------

    def _wait_for_backend(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        del error
        first_s, cap_s = GLOBAL_PAUSE_S
        ceiling_s = min(cap_s, first_s * 2 ** min(piece.tries - 1, 10))
        self._pause_all(self._clock.monotonic_s() + self._random.uniform(first_s, ceiling_s))
        lane.doubted.appendleft(piece)

    def _retry_then_split(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        del error
        if len(piece.metrics) == 1 and piece.tries >= TRIES_BEFORE_SPLIT:
            self._cast_out(lane, piece)
        elif piece.tries >= TRIES_BEFORE_SPLIT:
            self._split(lane, piece, piece.metrics)
        elif len(piece.metrics) == 1 and piece.metrics[0] in lane.outcasts:
            self._cast_out(lane, piece)
        else:
            lane.doubted.appendleft(piece)
            self._pause(lane, piece.tries)

    def _resend_once(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        if piece.tries == 1:
            lane.doubted.appendleft(piece)
            return
        digest = hashlib.sha256(repr(piece.values).encode()).hexdigest()[:16]
        log.error(
            "sensor %s: dropped a push that the agent cannot read (%s): sha256 %s, %.200r",
            lane.sensor, error.message, digest, piece.values,
        )  # fmt: skip
        lane.dropped(piece)

    def _convert(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        if len(piece.metrics) > 1:
            self._split(lane, piece, piece.metrics)
            return
        metric, wanted = piece.metrics[0], _TYPE_OF_CODE[error.code]
        if lane.types.get(metric) is wanted or converted(piece.values[0], wanted) is None:
            log.error("sensor %s: %s does not fit its type %s", lane.sensor, metric, wanted)
            lane.dropped(piece)
            return
        lane.types[metric] = wanted
        lane.doubted.appendleft(piece)

    def _recreate_sensor(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        del error
        self._ask_for(lane, piece, ())

    def _recreate_metrics(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        self._ask_for(lane, piece, error.metrics or piece.metrics)

    def _ask_for(self, lane: Lane, piece: Piece, metrics: tuple[str, ...]) -> None:
        lane.doubted.appendleft(piece)
        lane.recreations += 1
        if lane.recreations > RECREATE_TRIES:
            lane.resume_at_s = self._clock.monotonic_s() + RECREATE_PAUSE_S
        self._recreate(lane.sensor, metrics)

    def _split_listed(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        listed = [metric for metric in piece.metrics if metric in error.metrics]
        is_plain = bool(listed) and len(listed) == len(error.metrics)
        if len(piece.metrics) == 1:
            if piece.tries == 1 and piece.metrics[0] not in lane.outcasts:
                lane.doubted.appendleft(piece)
            else:
                self._cast_out(lane, piece)
        elif is_plain and len(listed) < len(piece.metrics):
            good, singles = self._without(lane, piece, listed)
            lane.delivered(good)
            lane.doubted.extendleft(reversed(singles))
        else:
            self._split(lane, piece, piece.metrics)

    # -- how ------------------------------------------------------------------------------------

    def _split(self, lane: Lane, piece: Piece, metrics: tuple[str, ...]) -> None:
        singles = lane.split(piece, [piece.part((metric,)) for metric in metrics])
        lane.doubted.extendleft(reversed(singles))

    def _pause(self, lane: Lane, tries: int) -> None:
        ceiling_s = min(MAX_PAUSE_S, 2.0 ** min(tries, 10))
        lane.resume_at_s = self._clock.monotonic_s() + self._random.uniform(
            ceiling_s / 2, ceiling_s
        )

    def _cast_out(self, lane: Lane, piece: Piece) -> None:
        now_s = self._clock.monotonic_s()
        metric = piece.metrics[0]
        outcast = lane.outcasts.get(metric)
        if outcast is None:
            log.warning("sensor %s: %s is refused; the rest goes on", lane.sensor, metric)
            outcast = lane.outcasts[metric] = Outcast(since_s=piece.failed_at_s, retry_at_s=0.0)
        outcast.tries += 1
        outcast.retry_at_s = now_s + min(MAX_PAUSE_S, 2.0 ** min(outcast.tries, 10))
        is_long = now_s - outcast.since_s >= PROOF_TIME_S
        outcast.is_proven = outcast.is_proven or (outcast.tries >= TRIES_BEFORE_PROOF and is_long)
        outcast.waiting.appendleft(piece)
        self._bound(lane, outcast)

    def _without(self, lane: Lane, piece: Piece, metrics: list[str]) -> tuple[Piece, list[Piece]]:
        """Part a piece into what is left and one piece per named metric."""
        rest = piece.part(metric for metric in piece.metrics if metric not in metrics)
        singles = [piece.part((metric,)) for metric in metrics]
        lane.split(piece, [*singles, rest] if rest.metrics else singles)
        return rest, singles

    def _bound(self, lane: Lane, outcast: Outcast) -> None:
        bound = 1 if outcast.is_proven else MAX_OUTCAST_VALUES
        while len(outcast.waiting) > bound:
            lane.dropped(outcast.waiting.popleft())


def converted(value: MetricValue, wanted: ValueType) -> MetricValue | None:
    """Return the value in the type that the agent wants; None where that would lose something."""
    if isinstance(value, bool | str):
        fits = wanted is (ValueType.BOOL if isinstance(value, bool) else ValueType.STRING)
        return value if fits else None
    if wanted is ValueType.DOUBLE:
        return float(value)
    if wanted is ValueType.INTEGER and float(value).is_integer():
        return int(value)
    return None
