"""What is counted of every reading: in the ledger, in the sums of the journal, and as held."""

import threading
from collections import Counter
from collections.abc import Collection, Iterable

from collector.buffering.batch import outcomes
from collector.buffering.reading import StampedReading
from collector.buffering.spool.runs import Run, Runs, merged, runs_of
from collector.buffering.spool.segment import AccountKey
from collector.buffering.spool.totals import Totals
from collector.ledger import Account, DropCause, Ledger

Changes = tuple[dict[AccountKey, Totals], list[AccountKey], Runs]
"""All sums, which of them changed, and the numbers of readings that were settled."""


class Books:
    """What concerns a reading is counted under its owner's lock; the rest takes that itself.

    Args:
        ledger: Where drops and deliveries are counted, for everybody to see.
        lock: The owner's.
    """

    def __init__(self, ledger: Ledger, lock: threading.Lock) -> None:
        self._lock = lock
        self._ledger = ledger
        self._held: Counter[AccountKey] = Counter()
        self._totals: dict[AccountKey, Totals] = {}
        self._changed: set[AccountKey] = set()
        self._settled: list[int] = []
        self._settled_runs: list[Run] = []

    # -- readings -------------------------------------------------------------------------------

    def came(self, reading: StampedReading) -> None:
        """Count a reading as held; the ledger knows it already."""
        for source, count in reading.counts:
            self._held[source, reading.sensor] += count

    def written(self, values: Counter[AccountKey]) -> None:
        """Count values that lie on disk now."""
        for (source, sensor), count in values.items():
            self._account(source, sensor).accepted += count

    def not_written(self, reading: StampedReading) -> None:
        """Take back that a reading lies on disk."""
        for source, count in reading.counts:
            self._account(source, reading.sensor).accepted -= count

    def done_up_to(self, first: int, end: int) -> None:
        """Note that all of a segment is settled, should its file come back after a power cut."""
        self._settled_runs.append((first, end - first))

    def done(self, number: int) -> None:
        """Note a reading on disk that was settled."""
        self._settled.append(number)

    def went(
        self,
        reading: StampedReading,
        lost: Iterable[str],
        cause: DropCause | None,
        *,
        was_written: bool,
    ) -> None:
        """Count a reading as delivered, but for the metrics that were dropped."""
        for source, delivered, gone in outcomes(reading, lost):
            totals = self._account(source, reading.sensor)
            self._held[source, reading.sensor] -= delivered + gone
            if not was_written:
                totals.accepted += delivered + gone
            if delivered:
                totals.delivered += delivered
                self._ledger.deliver(source, reading.sensor, delivered)
            if gone and cause is not None:
                totals.drop(cause, gone)
                self._ledger.drop(source, reading.sensor, cause, gone)

    def drop(self, values: Counter[AccountKey], cause: DropCause) -> None:
        """Count values on disk as dropped."""
        for (source, sensor), count in values.items():
            if count:
                self._account(source, sensor).drop(cause, count)
                self._ledger.drop(source, sensor, cause, count)
                self._held[source, sensor] -= count

    # -- sums -----------------------------------------------------------------------------------

    def adopt(self, totals: dict[AccountKey, Totals], held: Iterable[Counter[AccountKey]]) -> None:
        """Go on from what an earlier run has counted, and from what it has left."""
        for key, earlier in totals.items():
            self._ledger.restore(earlier.account(key))
            self._totals[key] = earlier.plus(self._totals.get(key, Totals()))
            self._changed.add(key)
        for values in held:
            self._held.update(values)

    def note_refused(self, accounts: Collection[Account]) -> None:
        """Take the sums of what was never accepted over from the ledger."""
        with self._lock:
            for account in accounts:
                key = (account.source, account.sensor)
                totals = self._totals.setdefault(key, Totals())
                told = (account.filtered, account.refused, account.made)
                if (totals.filtered, totals.refused, totals.made) != told:
                    totals.filtered, totals.refused = dict(account.filtered), dict(account.refused)
                    totals.made = account.made
                    self._changed.add(key)

    @property
    def has_changes(self) -> bool:
        """Whether there is something that the journal was not told."""
        return bool(self._changed or self._settled or self._settled_runs)

    def take_changes(self) -> Changes:
        """Return what the journal is to be told: sums of what was written, none of it since."""
        with self._lock:
            changed, self._changed = sorted(self._changed), set()
            settled, self._settled = self._settled, []
            runs, self._settled_runs = self._settled_runs, []
            totals = {key: totals.copy() for key, totals in self._totals.items()}
        return totals, changed, merged([*runs, *runs_of(settled)])

    def not_noted(self, changed: Iterable[AccountKey], settled: Runs) -> None:
        """Have these told again: the journal could not be written, perhaps for days."""
        with self._lock:
            self._changed.update(changed)
            self._settled_runs += settled

    def held(self) -> Counter[AccountKey]:
        """Return how many values there are, in memory or on disk."""
        with self._lock:
            return Counter({key: values for key, values in self._held.items() if values})

    def _account(self, source: str, sensor: str) -> Totals:
        key = (source, sensor)
        self._changed.add(key)
        totals = self._totals.get(key)
        if totals is None:
            totals = self._totals[key] = Totals()
        return totals
