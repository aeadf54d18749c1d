"""Who had which value: what the sources gave, what the agent stored, and what the ledger says.

    given (written down by the source)  >=  accepted (the collector's ledger)
    accepted  =  delivered  +  dropped, by cause  +  pending
    delivered  <=  stored (the agent's journal), and equal where nothing is dropped or pending

Every number counts values, not readings.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNSURE_MS = 2000
"""What was given so shortly before a kill may not have been written yet, and so not be accepted;
that it takes a tenth of a second at most is seen only where nothing else wants the processor."""

TIMESTAMP_TOLERANCE_MS = 1000
"""A wall clock that NTP slews drifts away from the boot-time clock."""

METRIC_STEP = 1 / 1024
"""Every value of a run is unique: the metrics of a reading differ by so much."""


@dataclass(frozen=True, slots=True)
class Given:
    """One reading as its source wrote it down."""

    sensor: str
    value: float
    wall_ms: int
    boottime_ms: int


Givens = Mapping[float, tuple[Given, int]]
"""By value: the reading that it belongs to, and the place of its metric in it."""


@dataclass(slots=True)
class Kills:
    """When a collector was killed.

    Attributes:
        at_ms: In milliseconds of the boot-time clock.
        unsure_ms: What was given so shortly before may be missing.
        written: Values that lay in the spool all the same: they were accepted.
    """

    at_ms: list[int] = field(default_factory=list)
    unsure_ms: int = UNSURE_MS
    written: set[float] = field(default_factory=set)

    def note(self, at_ms: int, given: Iterable["Given"], spool: Path) -> None:
        """Note a kill, and what of the last moment before it can be found in the spool's files."""
        self.at_ms.append(at_ms)
        content = b"".join(file.read_bytes() for file in spool.glob("*.segment"))
        late = {each.value for each in given if 0 <= at_ms - each.boottime_ms <= self.unsure_ms}
        self.written |= {value for value in late if struct.pack("<d", value) in content}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What became of all values.

    Attributes:
        delivered: As the ledger says; what was stored and never confirmed is not in it.
        dropped: By cause.
        pending: Accepted, and neither stored nor dropped.
        duplicates: Values that the agent got again, beyond the first time.
        lost: Values that had to be accepted and are neither stored nor counted.
        unsure: Values given in the last moment before a kill, and not stored.
        oldest_unsure_ms: How long before the kill the oldest of them was given.
        complaints: What must never be, one line each.
    """

    accepted: int
    stored: int
    delivered: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0
    duplicates: int = 0
    lost: int = 0
    unsure: int = 0
    oldest_unsure_ms: int = 0
    complaints: Sequence[str] = ()


def given_in(record: Path) -> list[Given]:
    """Return what all recorded sources gave."""
    return [
        Given(file.name, *_numbers(line))
        for file in sorted(record.iterdir())
        for line in file.read_text().splitlines(keepends=True)
        if line.endswith("\n") and line != "life\n"
    ]


def _numbers(line: str) -> tuple[float, int, int]:
    value, wall_ms, boottime_ms = line.split()
    return float(value), int(wall_ms), int(boottime_ms)


def reckon(
    given: Iterable[Given],
    journal: Iterable[Mapping[str, Any]],
    ledger: Iterable[Mapping[str, Any]],
    *,
    metrics: int,
    kills: Kills | None = None,
    timestamp_tolerance_ms: float = TIMESTAMP_TOLERANCE_MS,
) -> Reckoning:
    """Compare what was given, stored and counted.

    Args:
        given: What the sources wrote down.
        journal: The rows of the agent's journal.
        ledger: The accounts of the collector, as its status shows them.
        metrics: How many metrics each reading has.
        kills: When the collector was killed, and what that may cost.
        timestamp_tolerance_ms: How far a stored timestamp may be from the time of the source.
    """
    givens = {
        each.value + place * METRIC_STEP: (each, place)
        for each in given
        for place in range(metrics)
    }
    rows = list(journal)
    counts = Counter(row["value"] for row in rows)
    missing = [each for value, (each, _) in givens.items() if value not in counts]
    ages = [age for each in missing if (age := _unsure_ms(each, kills or Kills())) is not None]
    dropped = _dropped(ledger)
    accepted, stored = sum(account["accepted"] for account in ledger), len(counts)
    pending = sum(account["pending"] for account in ledger)
    return Reckoning(
        accepted=accepted,
        stored=stored,
        delivered=sum(account["delivered"] for account in ledger),
        dropped=dropped,
        pending=pending,
        duplicates=len(rows) - stored,
        lost=max(0, len(missing) - len(ages) - sum(dropped.values()) - pending),
        unsure=len(ages),
        oldest_unsure_ms=max(ages, default=0),
        complaints=[
            *(f"{value} is stored and was never given" for value in counts if value not in givens),
            *_misplaced(givens, rows),
            *_wrong_timestamps(givens, rows, timestamp_tolerance_ms),
        ],
    )


def _unsure_ms(given: Given, kills: Kills) -> int | None:
    """Return how long before a kill it was given, if that is too short to be certain."""
    if given.value in kills.written:
        return None
    ages = [kill_ms - given.boottime_ms for kill_ms in kills.at_ms]
    return next((age for age in ages if 0 <= age <= kills.unsure_ms), None)


def _dropped(ledger: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for account in ledger:
        total.update(account["dropped"])
    return {cause: number for cause, number in sorted(total.items()) if number}


def _misplaced(givens: Givens, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the places at the agent that hold values of more than one metric of ours."""
    owners: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for row in rows:
        if row["value"] in givens:
            each, place = givens[row["value"]]
            owners.setdefault((row["sensor"], row["metric"]), set()).add((each.sensor, place))
    return [f"{place} holds values of {owner}" for place, owner in owners.items() if len(owner) > 1]


def _wrong_timestamps(
    givens: Givens, rows: Iterable[Mapping[str, Any]], tolerance_ms: float
) -> list[str]:
    first: dict[float, int] = {}
    complaints = []
    for row in rows:
        value, at_ms = row["value"], row["timestamp_ms"]
        if first.setdefault(value, at_ms) != at_ms:
            complaints.append(f"{value}: stored at {first[value]} and again at {at_ms}")
        elif value in givens and abs(at_ms - givens[value][0].wall_ms) > tolerance_ms:
            complaints.append(f"{value}: given at {givens[value][0].wall_ms}, stored at {at_ms}")
    return complaints
