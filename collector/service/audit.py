"""Whether the ledger tells the truth: every value that it calls pending is really held."""

import threading

from collector.ledger import Ledger
from collector.service.buffers import ServiceBuffer

ROUNDS = 20
"""A value is counted as accepted a moment before it is put; an account is wrong when it does not
agree in any of so many looks."""

BREATH_S = 0.005
"""Between two looks, so that whoever is in that moment can go on: the time after which the
interpreter lets another thread run."""


def audit(ledger: Ledger, buffer: ServiceBuffer) -> list[str]:
    """Return one line for each account that does not hold; usually none."""
    wrong = _mismatches(ledger, buffer)
    for _ in range(ROUNDS - 1):
        if not wrong:
            break
        threading.Event().wait(BREATH_S)
        found = _mismatches(ledger, buffer)
        wrong = {key: found[key] for key in wrong if key in found}
    return list(wrong.values())


def _mismatches(ledger: Ledger, buffer: ServiceBuffer) -> dict[tuple[str, str], str]:
    accounts = {(account.source, account.sensor): account for account in ledger.accounts()}
    held = buffer.held()
    found = {}
    for key, account in accounts.items():
        where = f"{account.source}/{account.sensor}"
        if not account.balances:
            found[key] = f"{where}: the sums of the ledger do not balance"
        elif account.pending != held[key]:
            found[key] = f"{where}: {account.pending} values are pending, {held[key]} are held"
    for key in held.keys() - accounts.keys():
        found[key] = f"{key[0]}/{key[1]}: {held[key]} values are held and not in the ledger"
    return found
