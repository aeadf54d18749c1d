"""The keys of `collector top`, and where they lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from collector.cli.top_views import VIEWS

HELP = "q leaves, Tab or 1-5: view, arrows scroll"

_LEAVE = frozenset({"q", "Q", "\x03"})
_PAGE_ROWS = 10
_STEPS = {"A": -1, "B": 1, "5~": -_PAGE_ROWS, "6~": _PAGE_ROWS, "k": -1, "j": 1}
_ENDS = {"H": 0, "F": 10**6, "1~": 0, "4~": 10**6}
_KEY = re.compile(r"\x1b(?:\[|O)([0-9;]*[A-Za-z~])|(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Position:
    """What is looked at.

    Attributes:
        view: Which of `VIEWS`.
        first: The first row of it that is shown.
        is_left: Whether nothing is, any more.
    """

    view: int = 0
    first: int = 0
    is_left: bool = False

    def after(self, typed: str) -> "Position":
        """Return where these keys lead."""
        position = self
        for key in _keys(typed):
            position = position._after(key)
        return position

    def _after(self, key: str) -> "Position":
        if key in _LEAVE:
            return replace(self, is_left=True)
        if key == "\t":
            return Position((self.view + 1) % len(VIEWS))
        if key.isdecimal() and 0 < int(key) <= len(VIEWS):
            return Position(int(key) - 1)
        if key in _ENDS:
            return replace(self, first=_ENDS[key])
        return replace(self, first=max(0, self.first + _STEPS.get(key, 0)))


def _keys(typed: str) -> Iterator[str]:
    """Yield each key: the end of an escape sequence, which terminals send for one, or a letter."""
    for match in _KEY.finditer(typed):
        yield match[1] or match[2]
