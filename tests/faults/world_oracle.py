"""The account of a publisher on fake time: what it was given, and what its agent double stored."""

from collections import Counter
from typing import Any

from faults.ledger_oracle import Reckoning


def reckon_world(world: Any) -> Reckoning:
    """Return what became of all values of an `agent_double.World`, and check what always holds."""
    accounts = world.ledger.accounts()
    assert all(account.balances for account in accounts)
    dropped: Counter[str] = Counter()
    for account in accounts:
        dropped.update({str(cause): number for cause, number in account.dropped.items() if number})
    accepted, stored = sum(account.accepted for account in accounts), len(world.stored)
    pending = sum(account.pending for account in accounts)
    return Reckoning(
        accepted=accepted,
        stored=stored,
        dropped=dict(dropped),
        pending=pending,
        duplicates=world.stored.total() - stored,
        lost=max(0, accepted - stored - sum(dropped.values()) - pending),
        complaints=_twice_with_other_times(world),
    )


def _twice_with_other_times(world: Any) -> list[str]:
    places = Counter((sensor, metric, value) for sensor, metric, _, value in world.stored)
    return [f"{place} is stored with several times" for place, n in places.items() if n > 1]


def delivered_falsely(world: Any) -> int:
    """Return how many values count as delivered beyond those that are stored."""
    return max(0, world.delivered - len(world.stored))
