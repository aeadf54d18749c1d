"""A row of the fault matrix: what one fault cost, and how soon it was noticed and over."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from faults.fault_catalogue import CATALOGUE
from faults.ledger_oracle import Reckoning

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the matrix.

    Attributes:
        form: ``stated`` for the figures of the catalogue, ``short`` for smaller ones.
        dropped: By cause.
        detected_s: Until the status named the fault; None where there was nothing to name.
        recovered_s: From the fault's end to the first confirmation; None where it has no end.
        figures: What else was measured, in words.
        verdict: ``passes``, or ``fails:`` or ``not run:`` and why.
        test: The file that holds the test.
    """

    id: str
    form: str = ""
    accepted: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0
    detected_s: float | None = None
    recovered_s: float | None = None
    figures: str = ""
    verdict: str = "not run: there is no test yet"
    test: str = ""
    ran_at: str = ""

    @property
    def fault(self) -> str:
        """What goes wrong."""
        return CATALOGUE[self.id][0]


class RowRun:
    """Takes the figures of a row while its tests run; several tests of a row add up.

    Attributes:
        is_stated: Whether the figures of the catalogue are asked for, not the short form.
    """

    def __init__(self, row_id: str, test: str, *, is_stated: bool) -> None:
        self.id = row_id
        self.test = test
        self.is_stated = is_stated
        self._accepted = self._stored = self._duplicates = 0
        self._dropped: Counter[str] = Counter()
        self._detected_s: float | None = None
        self._recovered_s: float | None = None
        self._figures: list[str] = []
        self.verdicts: list[str] = []

    def pick(self, short: T, stated: T) -> T:
        """Return the figure for the form that runs."""
        return stated if self.is_stated else short

    def detected(self, after_s: float) -> None:
        """Note how long it took until the status named the fault; the longest counts."""
        self._detected_s = max(after_s, self._detected_s or 0.0)

    def recovered(self, after_s: float) -> None:
        """Note how long it took from the fault's end to a confirmation; the longest counts."""
        self._recovered_s = max(after_s, self._recovered_s or 0.0)

    def note(self, figure: str) -> None:
        """Note another figure that was measured, in words; goes into the table."""
        if figure not in self._figures:
            self._figures.append(figure)

    def count(self, reckoning: Reckoning) -> None:
        """Add what became of all values."""
        self._accepted += reckoning.accepted
        self._stored += reckoning.stored
        self._duplicates += reckoning.duplicates
        self._dropped.update(reckoning.dropped)

    def row(self, ran_at: str) -> Row:
        """Return the finished row; the worst verdict counts."""
        return Row(
            id=self.id,
            form="stated" if self.is_stated else "short",
            accepted=self._accepted,
            stored=self._stored,
            dropped=dict(self._dropped),
            duplicates=self._duplicates,
            detected_s=self._detected_s,
            recovered_s=self._recovered_s,
            figures="; ".join(self._figures),
            verdict=min(self.verdicts, key=_rank, default="not run: no test ran"),
            test=self.test,
            ran_at=ran_at,
        )


def _rank(verdict: str) -> int:
    return ["fails", "not run", "passes"].index(verdict.split(":", maxsplit=1)[0])
