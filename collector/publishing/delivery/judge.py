"""Judges one lane's window after its fence was answered."""

from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Piece
from collector.publishing.delivery.repair import Repair
from collector.wire.replies import ErrorReply

ODD_WINDOWS_TRUSTED = 3
"""A push alone in its window that gets more than one answer so often in a row gets what they say:
the agent doubles its replies, and none of them is a late one."""


class Judge:
    """Tells what is delivered from what is doubted."""

    def __init__(self, repair: Repair) -> None:
        self._repair = repair

    def judge(self, lane: Lane) -> bool:
        """Settle, doubt or repair what the window held; true when all of it is delivered."""
        sent, answers, errors = lane.close_window()
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
        self._repair.healed(lane, sent[-1])
