"""What happened with one unit: counted, and put into words for an operator."""

from dataclasses import dataclass

_IGNORE_IDS = 'its answers have the transaction id 0: set transaction_id = "ignore" in its link'


@dataclass(slots=True)
class UnitRecord:
    """Counts since the start, for one unit of a link.

    Attributes:
        answers: Sound answers.
        timeouts: Requests that were not answered in time.
        late: Answers that came after their time was up.
        latest_s: How long the latest of them took.
        foreign: Answers that belong to no request of ours.
        zero_ids: Those of them that had the transaction id 0.
        damaged: Requests whose time ran out on bytes that make no sound answer.
    """

    answers: int = 0
    timeouts: int = 0
    late: int = 0
    latest_s: float = 0.0
    foreign: int = 0
    zero_ids: int = 0
    damaged: int = 0

    @property
    def hint(self) -> str:
        """What follows a missing answer, where it is known how to get it; else empty."""
        return f"; {_IGNORE_IDS}" if self.zero_ids else ""

    def note_stray(self, took_s: float | None, *, has_id_zero: bool = False) -> None:
        """Count an answer that nobody waited for.

        Args:
            took_s: How long after its request it came; None if there was no such request.
            has_id_zero: It has a transaction id, and that is 0, which is never asked with.
        """
        if took_s is None:
            self.foreign += 1
            self.zero_ids += has_id_zero
        else:
            self.late += 1
            self.latest_s = max(self.latest_s, took_s)

    def notes(self) -> list[str]:
        """Return what an operator should do something about."""
        notes = []
        if self.late:
            times = f"{self.late} times, up to {self.latest_s:.2f} s"
            notes.append(f"answers late ({times}): raise response_timeout above that")
        if self.damaged:
            notes.append(
                f"{self.damaged} answers were damaged: check wiring, termination, baudrate, parity"
            )
        if self.zero_ids:
            notes.append(_IGNORE_IDS)
        elif self.foreign:
            notes.append(
                f"{self.foreign} answers belonged to no request of ours: is there a second master?"
            )
        return notes
