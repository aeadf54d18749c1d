"""Judges one lane's window after its fence was answered."""

from collector.publishing.lane import Lane, Piece
from collector.publishing.repair import Repair

MAX_ANSWERS_TRUSTED = 3
"""A push alone in its window that gets too many good answers so often in a row is delivered: the
agent doubles its replies."""


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
            self._repair.refused(lane, sent[0], errors[0])
        elif errors or lane.too_many + 1 < MAX_ANSWERS_TRUSTED:
            lane.too_many = 0 if errors else lane.too_many + 1
            lane.doubt(sent)
        else:
            self._deliver(lane, sent)
            return True
        return False

    def _deliver(self, lane: Lane, sent: list[Piece]) -> None:
        for piece in sent:
            lane.delivered(piece)
        self._repair.healed(lane, sent[-1])
