"""The sums of each source and sensor over all runs, as far as the spool vouches for them.

For each account, at every moment and after every recovery:

    accepted = delivered + dropped + the values of unsettled readings on disk

A reading enters `accepted` when it was written, or when it was settled before that. All sums of one
moment lie in one record of the journal beside the number that the next reading will get. So after
a kill at any instruction, what the disk holds decides:

- readings from that number on were written after the record: they are added to `accepted`;
- readings that are settled in memory only are pending again, and will be delivered again;
- what `accepted` says was written, and neither was settled nor is found, was damaged: it is
  dropped as `corrupt`, exactly, by source and sensor;
- if more is found than `accepted` allows, records of the journal were damaged: those readings are
  pending again, and `delivered` gives them back.

What no sum holds is what was accepted just before a kill and had not been written; it was not sent
either, unless the disk had failed. Values refused or filtered leave nothing on disk; their sums are
those of at most a second before. A kill in the moment between the removal of a segment for want of
space and the next record of the journal has its readings counted as `corrupt`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from collector.buffering.spool.segment import AccountKey
from collector.ledger import Account, DropCause


@dataclass(slots=True)
class Totals:
    """The sums of one source and sensor, in values."""

    accepted: int = 0
    delivered: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    filtered: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    made: int = 0

    @property
    def pending(self) -> int:
        """What should be unsettled on disk."""
        return self.accepted - self.delivered - sum(self.dropped.values())

    def drop(self, cause: DropCause, values: int) -> None:
        """Count values that will never be delivered."""
        self.dropped[cause.value] = self.dropped.get(cause.value, 0) + values

    def reconcile(self, before: int, after: int) -> int:
        """Bring the sums in line with what was found on disk.

        Args:
            before: Values found that were written before these sums were noted.
            after: Values found that were written later.

        Returns:
            How many are lost.
        """
        lost = self.pending - before
        if lost > 0:
            self.drop(DropCause.CORRUPT, lost)
        elif lost < 0:
            taken_back = min(self.delivered, -lost)
            self.delivered -= taken_back
            self.accepted += -lost - taken_back
        self.accepted += after
        return max(0, lost)

    def plus(self, other: "Totals") -> "Totals":
        """Return the sums of both; what was never accepted is the ledger's to count."""
        dropped = Counter(self.dropped)
        dropped.update(other.dropped)
        return Totals(
            self.accepted + other.accepted,
            self.delivered + other.delivered,
            dict(dropped),
            dict(self.filtered),
            dict(self.refused),
            self.made,
        )

    def copy(self) -> "Totals":
        """Return the same sums apart from these."""
        return replace(
            self,
            dropped=dict(self.dropped),
            filtered=dict(self.filtered),
            refused=dict(self.refused),
        )

    def account(self, key: AccountKey) -> Account:
        """Return the sums as the ledger has them."""
        left_out = sum(self.filtered.values()) + sum(self.refused.values())
        return Account(
            *key,
            self.accepted + left_out,
            dict(self.refused),
            dict(self.filtered),
            self.accepted,
            self.delivered,
            dict(self.dropped),
            self.made,
        )

    def row(self, key: AccountKey) -> list[Any]:
        """Return the sums ready for JSON."""
        sums = (self.accepted, self.delivered, self.filtered, self.dropped, self.refused, self.made)
        return [*key, *sums]

    @classmethod
    def parse(cls, row: Iterable[Any]) -> tuple[AccountKey, "Totals"]:
        """Return account and sums of a row, also of one from before there were transforms."""
        source, sensor, accepted, delivered, filtered, dropped, refused, *rest = row
        made = rest[0] if rest else 0
        sums = cls(accepted, delivered, dict(dropped), dict(filtered or {}), dict(refused), made)
        return (source, sensor), sums


def rows(totals: Mapping[AccountKey, Totals], keys: Iterable[AccountKey]) -> list[list[Any]]:
    """Return the sums of some accounts ready for JSON."""
    return [totals[key].row(key) for key in keys]
