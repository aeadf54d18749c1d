"""What a source wants an operator to know although its values come."""

from collections.abc import Iterable
from itertools import islice

from collector.plugin.source import Source
from collector.sampling.border import Border, Failure
from collector.sampling.plan import SourcePlan

MAX_NOTES = 8
MAX_CHARACTERS = 200

_CUT = "..."


class Notes:
    """The notes of one source. Asked for by one thread at a time, read from every thread.

    Args:
        plan: The source.
        border: Guards its code.

    Attributes:
        kept: The notes when they were last asked for: at most 8, of one line of 200 characters.
    """

    def __init__(self, plan: SourcePlan, border: Border) -> None:
        self.kept: tuple[str, ...] = ()
        self._source = plan.source
        self._border = border
        self._has_none = type(plan.source).notes is Source.notes  # most have: that costs no call

    def ask(self) -> None:
        """Ask the source anew. What it raises becomes a note."""
        if self._has_none:
            return
        answer = self._border.call("notes", lambda: kept_notes(self._source.notes))
        if isinstance(answer, Failure):
            answer = (_one_line(f"its notes are not known: {answer.message}"),)
        self.kept = answer


def kept_notes(notes: Iterable[object]) -> tuple[str, ...]:
    """Return the first notes, so that neither a long one nor an endless row of them can harm.

    Raises:
        TypeError: They are something else.
    """
    if isinstance(notes, str):
        raise TypeError("notes must be a sequence of strings, not one string")
    lines = [_one_line(_text(note)) for note in islice(notes, MAX_NOTES)]
    return tuple(line for line in lines if line)


def _text(note: object) -> str:
    if not isinstance(note, str):
        raise TypeError(f"a note must be a string, not a {type(note).__name__}")
    return note


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - len(_CUT)] + _CUT
