"""How much moves in a running collector, from one look at its counts to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.clock import Clock


@dataclass(frozen=True, slots=True)
class Flow:
    """What moves each second; nothing at the first look.

    Attributes:
        reads: Reads of each source, by its name.
        sampled: Values that sources gave.
        delivered: Values that were confirmed.
        dropped: Values that were lost.
    """

    reads: Mapping[str, float] = field(default_factory=dict)
    sampled: float = 0.0
    delivered: float = 0.0
    dropped: float = 0.0


class Rates:
    """Remembers the look before.

    Args:
        clock: Tells how far apart two looks are.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_s = 0.0
        self._run: object = None
        self._counts: dict[tuple[str, str], int] = {}

    def of(self, status: dict[str, Any]) -> Flow:
        """Return what has moved since the look before; a new run of the collector begins anew."""
        now_s, run = self._clock.monotonic_s(), status["pid"]
        before = self._counts if run == self._run else {}
        span_s = now_s - self._at_s
        counts = _counts(status)
        rates = {
            key: max(0, count - before.get(key, count)) / span_s if span_s > 0 else 0.0
            for key, count in counts.items()
        }
        self._at_s, self._run, self._counts = now_s, run, counts
        reads = {name: rate for (what, name), rate in rates.items() if what == "reads"}
        sums = {what: rate for (what, name), rate in rates.items() if not name}
        return Flow(reads, sums["sampled"], sums["delivered"], sums["dropped"])


def _counts(status: dict[str, Any]) -> dict[tuple[str, str], int]:
    accounts = status["ledger"]
    return {
        **{("reads", source["name"]): source["reads"] for source in status["sources"]},
        ("sampled", ""): sum(account["sampled"] for account in accounts),
        ("delivered", ""): sum(account["delivered"] for account in accounts),
        ("dropped", ""): sum(sum(account["dropped"].values()) for account in accounts),
    }
