"""Carries out the verdicts on a push that failed alone in its window."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from random import Random

from collector.clock import Clock
from collector.publishing.delivery.conversion import TYPE_OF_CODE, converted
from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.outcasts import MAX_PAUSE_S, Outcasts
from collector.publishing.delivery.piece import Piece
from collector.publishing.verdicts import PushAction, push_action
from collector.wire.errors import code_name
from collector.wire.replies import ErrorReply
from collector.wire.units import MetricValue

log = logging.getLogger(__name__)

TRIES_BEFORE_SPLIT = 5
GLOBAL_PAUSE_S = (5.0, 60.0)
RECREATE_TRIES = 3
RECREATE_PAUSE_S = 300.0


class Repair:
    """Decides what becomes of a refused piece.

    Args:
        pause_all: Called with the monotonic time until which nothing may be pushed.
        recreate: Called with a sensor and the metrics to create again, each with a value (none: the
            sensor); it holds the lane and releases it when done.

    Attributes:
        outcasts: What is refused for long.
    """

    def __init__(
        self,
        clock: Clock,
        random: Random,
        pause_all: Callable[[float], None],
        recreate: Callable[[str, Mapping[str, MetricValue]], None],
    ) -> None:
        self._clock = clock
        self.outcasts = Outcasts(clock)
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

    def healed(self, lane: Lane, piece: Piece) -> None:
        """Handle a piece that got through: what was wrong with it or its metric is over."""
        lane.silent_tries = lane.recreations = lane.odd_windows = 0
        self.outcasts.taken(lane, piece)
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
        if piece.tries >= TRIES_BEFORE_SPLIT:
            self._isolate(lane, piece)
        elif len(piece.metrics) == 1 and piece.metrics[0] in lane.outcasts:
            self.outcasts.cast_out(lane, piece)
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
        metric, wanted = piece.metrics[0], TYPE_OF_CODE[error.code]
        if lane.types.get(metric) is wanted or converted(piece.values[0], wanted) is None:
            log.error("sensor %s: %s does not fit its type %s", lane.sensor, metric, wanted)
            lane.dropped(piece)
            return
        lane.types[metric] = wanted
        lane.doubted.appendleft(piece)

    def _recreate_sensor(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        del error
        lane.doubted.appendleft(piece)
        lane.recreations += 1
        if lane.recreations > RECREATE_TRIES:
            lane.resume_at_s = self._clock.monotonic_s() + RECREATE_PAUSE_S
        self._recreate(lane.sensor, {})

    def _recreate_metrics(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        lane.recreations += 1
        if lane.recreations > RECREATE_TRIES:  # the rest of the sensor does not wait for it
            lane.recreations = 0
            self._isolate(lane, piece)
            return
        lane.doubted.appendleft(piece)
        values = dict(zip(piece.metrics, piece.values, strict=True))
        named = {metric: values[metric] for metric in error.metrics if metric in values}
        self._recreate(lane.sensor, named or values)

    def _isolate(self, lane: Lane, piece: Piece) -> None:
        if len(piece.metrics) == 1:
            self.outcasts.cast_out(lane, piece)
        else:
            self._split(lane, piece, piece.metrics)

    def _split_listed(self, lane: Lane, piece: Piece, error: ErrorReply) -> None:
        listed = [metric for metric in piece.metrics if metric in error.metrics]
        is_plain = bool(listed) and len(listed) == len(error.metrics)
        if len(piece.metrics) == 1:
            if piece.tries == 1 and piece.metrics[0] not in lane.outcasts:
                lane.doubted.appendleft(piece)
            else:
                self.outcasts.cast_out(lane, piece)
        elif is_plain and len(listed) < len(piece.metrics):
            good, singles = lane.take_out(piece, listed)
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
