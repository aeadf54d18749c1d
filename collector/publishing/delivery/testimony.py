"""What live data proves: the agent repeats what it has stored, each with its own timestamp.

Answers to pushes carry no id. Once a sensor got fewer or more of them than it had pushes, one that
comes late, or twice, may stand for a push that was lost. So for a while its live data is listened
to, and what was stored is known of each reading by itself.

    a window with too few answers ──> that sensor's live data decides, for ten minutes
    one with too many ──> that of all sensors: the agent repeats itself, or answers late
    none comes ──> the agent sends none that we can read: its answers are counted, as usual
"""

import logging
import math
import sys
from collections.abc import Callable

from collector.clock import Clock
from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.lanes import Lanes
from collector.publishing.delivery.piece import Piece
from collector.wire.fields import MalformedReplyError
from collector.wire.replies import LiveData, parse_live_data
from collector.wire.units import MetricValue

log = logging.getLogger(__name__)

DOUBT_S = 600.0
"""A missing answer that comes later than this after the last odd window is not expected."""

WINDOWS_WITHOUT = 5
"""So many pushes in a row, each alone in its window, that were answered well and of which no live
data came mean that the agent sends none."""

ROUNDING = 1e-5
"""Live data has no format in the API, so numbers may come with six digits."""


class Testimony:
    """Knows whose answers are doubted, and reads live data. Used from the network thread alone.

    Args:
        lanes: All of them.
        metric_of: From a sensor of ours and the agent's id of a metric to our id of it.
    """

    def __init__(self, lanes: Lanes, metric_of: Callable[[str, str], str], clock: Clock) -> None:
        self._lanes = lanes
        self._metric_of = metric_of
        self._clock = clock
        self._until_s: dict[str, float] = {}
        self._all_until_s = 0.0
        self._without = 0
        self._is_given_up = False

    # -- the doubt ------------------------------------------------------------------------------

    def doubt(self, lane: Lane) -> None:
        """Believe a sensor's answers no more for a while: some are missing, and may come yet."""
        self._until_s[lane.sensor] = self._clock.monotonic_s() + DOUBT_S

    def doubt_all(self) -> None:
        """Believe nobody's answers for a while: the agent gives more than were asked for."""
        self._all_until_s = self._clock.monotonic_s() + DOUBT_S

    def decides(self, lane: Lane) -> bool:
        """Tell whether the answers of a sensor are worth less than its live data."""
        return not self._is_given_up and self._is_doubted(lane)

    def topics(self) -> set[str]:
        """Return the topics of the live data that is needed now; empty while all is well."""
        if self._is_given_up or not self._is_anything_doubted():
            return set()
        return {lane.live_topic for lane in self._lanes if self._is_doubted(lane)}

    def _is_doubted(self, lane: Lane) -> bool:
        until_s = max(self._all_until_s, self._until_s.get(lane.sensor, 0.0))
        return until_s > 0.0 and self._clock.monotonic_s() < until_s

    def _is_anything_doubted(self) -> bool:
        if not self._until_s and not self._all_until_s:
            return False
        now_s = self._clock.monotonic_s()
        self._until_s = {one: until for one, until in self._until_s.items() if until > now_s}
        return bool(self._until_s) or self._all_until_s > now_s

    # -- the evidence ---------------------------------------------------------------------------

    def hear(self, topic: str, payload: bytes) -> tuple[Lane, list[Piece]] | None:
        """Take live data: note what it proves to be stored.

        Returns:
            The sensor's lane, and the pieces of it that wait to be sent again and need not be; None
            where it is not about anything that is under way.
        """
        lane = self._lanes.repeated_on(topic)
        if lane is None:
            return None
        try:
            live = self._in_our_words(lane, parse_live_data(payload))
        except MalformedReplyError:
            return None
        proven = [piece for piece in lane.unsettled() if _is_in(piece, live)]
        for piece in proven:
            piece.is_stored = True
        if proven:
            self._without = 0
        waiting = set(map(id, lane.doubted))
        return lane, [piece for piece in proven if id(piece) in waiting]

    def missed(self) -> None:
        """Note a push alone in its window that was answered well, and without live data."""
        self._without += 1
        if self._without == WINDOWS_WITHOUT:
            self.give_up()

    def give_up(self) -> None:
        """Ask for no live data in this run: there is none, or none for us."""
        if not self._is_given_up:
            self._is_given_up = True
            log.warning("the agent sends no live data, so its answers to pushes are counted alone")

    def _in_our_words(self, lane: Lane, live: LiveData) -> LiveData:
        values = {self._metric_of(lane.sensor, key): value for key, value in live.values.items()}
        return LiveData(values, live.timestamp_ms)


def _is_in(piece: Piece, live: LiveData) -> bool:
    if live.timestamp_ms != piece.reading.timestamp_ms:
        return False
    pairs = zip(piece.metrics, piece.values, strict=True)
    return all(_is_same(value, live.values.get(metric)) for metric, value in pairs)


def _is_same(ours: MetricValue, theirs: MetricValue | None) -> bool:
    if isinstance(ours, bool | str) or isinstance(theirs, bool | str) or theirs is None:
        return type(ours) is type(theirs) and ours == theirs
    if abs(theirs) > sys.float_info.max:  # JSON has numbers of any length
        return False
    return math.isclose(ours, theirs, rel_tol=ROUNDING)
