"""The ledger as text: the sums, the causes of loss in words, and what was dropped when."""

from collections.abc import Sequence
from typing import Any

from collector.cli.tables import plain_table
from collector.cli.wording import age_text
from collector.ledger import DROP_WORDS


def ledger_lines(accounts: Sequence[dict[str, Any]]) -> list[str]:
    """Return the ledger as a table, and its causes of loss."""
    rows = [
        (
            account["source"],
            account["sensor"],
            *(str(account[key]) for key in ("sampled", "accepted", "delivered", "pending")),
            *(str(sum(account[key].values())) for key in ("refused", "filtered", "dropped")),
            "yes" if account["balances"] else "NO",
        )
        for account in accounts
    ]
    header = ("source", "sensor", "sampled", "accepted", "delivered", "pending", "refused",
              "filtered", "dropped", "balances")  # fmt: skip
    return [
        *plain_table(header, rows),
        *(line for account in accounts for line in _causes(account)),
    ]


def drop_lines(drops: Sequence[dict[str, Any]]) -> list[str]:
    """Return what was dropped, why and when last, the latest first."""
    return [_drop(drop) for drop in sorted(drops, key=_age_s)]


def audit_lines(status: dict[str, Any]) -> list[str]:
    """Return whether the sums hold, and where they do not."""
    sums = {
        key: sum(account[key] for account in status["ledger"])
        for key in ("accepted", "delivered", "pending")
    }
    dropped = sum(sum(account["dropped"].values()) for account in status["ledger"])
    verdict = "does not hold" if status["complaints"] else "holds"
    equation = (
        f"accepted {sums['accepted']} = delivered {sums['delivered']} "
        f"+ pending {sums['pending']} + dropped {dropped}"
    )
    return [f"{equation}: {verdict}", *(f"  {complaint}" for complaint in status["complaints"])]


def _age_s(drop: dict[str, Any]) -> float:
    return float("inf") if drop["age_s"] is None else drop["age_s"]


def _drop(drop: dict[str, Any]) -> str:
    when = "in an earlier run" if drop["age_s"] is None else f"last {age_text(drop['age_s'])} ago"
    why = DROP_WORDS.get(drop["cause"], "for a cause that is not known here")
    where = f"{drop['source']}/{drop['sensor']}"
    return f"dropped: {drop['values']} values of {where}, {when}: {why} ({drop['cause']})"


def _causes(account: dict[str, Any]) -> list[str]:
    where = f"  {account['source']}/{account['sensor']}"
    causes = [
        f"{where}: {count} {what} ({cause})"
        for what in ("refused", "filtered", "dropped")
        for cause, count in sorted(account[what].items())
    ]
    made = account["made"]
    return (
        [*causes, f"{where}: {made} of those sampled were made by transforms"] if made else causes
    )
