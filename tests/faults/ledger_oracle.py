"""Who had which value: what the sources gave, what the agent stored, and what the ledger says.

    given (written down by the source)  >=  accepted (the collector's ledger)
    accepted  =  stored (the agent's journal)  +  dropped, by cause  +  pending

Every number counts values, not readings.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCEPTED_WITHIN_MS = 100
"""So long after a source has given a value it is accepted: what `kill -9` may cost."""

TIMESTAMP_TOLERANCE_MS = 1000
"""A wall clock that NTP slews drifts away from the boot-time clock."""

Key = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Given:
    """One reading as its source wrote it down."""

    sensor: str
    value: float
    wall_ms: int
    boottime_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What became of all values.

    Attributes:
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
    kills_ms: Sequence[int] = (),
    timestamp_tolerance_ms: float = TIMESTAMP_TOLERANCE_MS,
) -> Reckoning:
    """Compare what was given, stored and counted.

    Args:
        given: What the sources wrote down.
        journal: The rows of the agent's journal.
        ledger: The accounts of the collector, as its status shows them.
        metrics: How many metrics each reading has.
        kills_ms: When the collector was killed, in milliseconds of the boot-time clock.
        timestamp_tolerance_ms: How far a stored timestamp may be from the time of the source.
    """
    givens = {(each.sensor, each.value): each for each in given}
    rows = list(journal)
    counts = Counter((row["sensor"], row["metric"], row["value"]) for row in rows)
    missing = _missing(givens, counts, metrics)
    unsure = {key: ms for key in missing if (ms := _unsure_ms(givens[key], kills_ms)) is not None}
    dropped = _dropped(ledger)
    certainly_missing = sum(number for key, number in missing.items() if key not in unsure)
    accepted, stored = sum(account["accepted"] for account in ledger), len(counts)
    return Reckoning(
        accepted=accepted,
        stored=stored,
        dropped=dropped,
        pending=sum(account["pending"] for account in ledger),
        duplicates=counts.total() - stored,
        lost=max(0, certainly_missing - sum(dropped.values())),
        unsure=sum(missing[key] for key in unsure),
        oldest_unsure_ms=max(unsure.values(), default=0),
        complaints=[
            *_invented(givens, counts),
            *_wrong_timestamps(givens, rows, timestamp_tolerance_ms),
        ],
    )


def _missing(
    givens: Mapping[Key, Given], counts: Counter[tuple[str, str, float]], metrics: int
) -> dict[Key, int]:
    stored = Counter((sensor, value) for sensor, _, value in counts)
    return {key: metrics - stored[key] for key in givens if stored[key] < metrics}


def _unsure_ms(given: Given, kills_ms: Sequence[int]) -> int | None:
    """Return how long before a kill it was given, if that is too short to be certain."""
    ages = [kill_ms - given.boottime_ms for kill_ms in kills_ms]
    return next((age for age in ages if 0 <= age <= ACCEPTED_WITHIN_MS), None)


def _dropped(ledger: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for account in ledger:
        total.update(account["dropped"])
    return {cause: number for cause, number in sorted(total.items()) if number}


def _invented(givens: Mapping[Key, Given], counts: Counter[tuple[str, str, float]]) -> list[str]:
    return [
        f"{sensor}/{metric}: {value} is stored and was never given"
        for sensor, metric, value in counts
        if (sensor, value) not in givens
    ]


def _wrong_timestamps(
    givens: Mapping[Key, Given], rows: Iterable[Mapping[str, Any]], tolerance_ms: float
) -> list[str]:
    first: dict[tuple[str, float], int] = {}
    complaints = []
    for row in rows:
        key, at_ms = (row["sensor"], row["value"]), row["timestamp_ms"]
        if first.setdefault(key, at_ms) != at_ms:
            complaints.append(f"{key}: stored at {first[key]} and again at {at_ms}")
        elif key in givens and abs(at_ms - givens[key].wall_ms) > tolerance_ms:
            complaints.append(f"{key}: given at {givens[key].wall_ms}, stored at {at_ms}")
    return complaints
