"""Judges one lane's window after its fence was answered: by its answers, or by live data."""

from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Piece
from collector.publishing.delivery.repair import Repair
from collector.publishing.delivery.testimony import Testimony
from collector.wire.replies import ErrorReply

ODD_WINDOWS_TRUSTED = 3
"""A push alone in its window that gets more than one answer so often in a row gets what they say:
the agent doubles its replies, and none of them is a late one."""


class Judge:
    """Tells what is delivered from what is doubted."""

    def __init__(self, repair: Repair, testimony: Testimony) -> None:
        self._repair = repair
        self._testimony = testimony

    def judge(self, lane: Lane) -> bool:
        """Settle, doubt or repair what the window held; true when some of it is delivered."""
        sent, answers, errors = lane.close_window()
        is_decided = self._testimony.decides(lane)
        self._look_for_odd(lane, len(sent), answers + len(errors))
        if is_decided:
            return self._by_testimony(lane, sent, answers, errors)
        if not errors and answers == len(sent):
            lane.widen()
            self._deliver(lane, sent)
            return True
        if len(sent) > 1:
            lane.doubt(sent)
        elif not answers and not errors:
            self._repair.unanswered(lane, sent[0])
        elif not answers and len(errors) == 1:
            lane.odd_windows = 0
            self._repair.refused(lane, sent[0], errors[0])
        else:
            return self._answered_oddly(lane, sent, errors)
        return False

    def testify(self, topic: str, payload: bytes) -> Lane | None:
        """Take live data; what waits to be sent again and is proven to be stored is delivered."""
        found = self._testimony.hear(topic, payload)
        if found is None:
            return None
        lane, needless = found
        for piece in needless:
            lane.doubted.remove(piece)
        self._deliver(lane, needless)
        return lane

    def _look_for_odd(self, lane: Lane, pushes: int, replies: int) -> None:
        if replies < pushes:
            self._testimony.doubt(lane)
        elif replies > pushes:
            self._testimony.doubt_all()

    def _by_testimony(
        self, lane: Lane, sent: list[Piece], answers: int, errors: list[ErrorReply]
    ) -> bool:
        proven = [piece for piece in sent if piece.is_stored]
        rest = [piece for piece in sent if not piece.is_stored]
        self._deliver(lane, proven)
        if not rest:
            lane.widen()
        elif len(sent) > 1:
            lane.doubt(rest)
        elif not answers and not errors:
            self._repair.unanswered(lane, rest[0])
        elif len(errors) == 1 and not answers:
            self._repair.refused(lane, rest[0], errors[0])
        else:
            self._unproven(lane, rest, errors)
        return bool(proven)

    def _unproven(self, lane: Lane, sent: list[Piece], errors: list[ErrorReply]) -> None:
        lane.odd_windows += 1
        if errors and lane.odd_windows >= ODD_WINDOWS_TRUSTED:
            self._repair.refused(lane, sent[0], errors[-1])
            return
        if not errors and lane.is_alone:
            self._testimony.missed()
        lane.doubt(sent)

    def _answered_oddly(self, lane: Lane, sent: list[Piece], errors: list[ErrorReply]) -> bool:
        lane.odd_windows += 1
        if lane.odd_windows < ODD_WINDOWS_TRUSTED:
            lane.doubt(sent)
        elif errors:
            self._repair.refused(lane, sent[0], errors[-1])
        else:
            self._deliver(lane, sent)
            return True
        return False

    def _deliver(self, lane: Lane, sent: list[Piece]) -> None:
        for piece in sent:
            lane.delivered(piece)
        if sent:
            self._repair.healed(lane, sent[-1])
