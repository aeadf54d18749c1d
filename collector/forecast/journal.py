"""What the spool's journal takes: a record a second at most, with each account that has changed."""

from collections.abc import Iterable, Iterator, Sequence
from math import inf

from collector.buffering.spool.clearing import JOURNAL_S
from collector.buffering.spool.frame import HEAD_BYTES
from collector.buffering.spool.journal import JournalState, encoded
from collector.buffering.spool.totals import Totals
from collector.forecast.samples import BOOT_ID, TIMESTAMP_MS
from collector.forecast.timeline import Ready

CONFIRMED_AFTER_S = 0.3
"""A message is confirmed so long after it was written: the fence's delay and its way."""

_COUNT = 100_000
"""As long as most counts are over the years; a digit more or less is one byte."""


def journal_bytes(messages: Sequence[Ready], *, are_confirmed: bool) -> int:
    """Return what is appended to the journal for some messages.

    Args:
        messages: In their order.
        are_confirmed: Whether the agent answers; each confirmation is a change as well.
    """
    changes = [(each.at_s, each.source) for each in messages]
    if are_confirmed:
        changes += [(at_s + CONFIRMED_AFTER_S, source) for at_s, source in changes]
        changes.sort()
    empty = _record_bytes([])
    sources = {each.source for each in messages}
    rows = {source: _record_bytes([source]) - empty for source in sources}
    return sum(
        HEAD_BYTES + empty + sum(rows[source] for source in changed) for changed in _noted(changes)
    )


def _noted(changes: Iterable[tuple[float, str]]) -> Iterator[set[str]]:
    """Yield what each record is about: what has changed since the one before."""
    changed: set[str] = set()
    due_s = -inf
    for at_s, source in changes:
        if changed and at_s > due_s:
            yield changed
            changed = set()
        if not changed:
            due_s = max(at_s, due_s + JOURNAL_S)
        changed.add(source)
    if changed:
        yield changed


def _record_bytes(sources: Sequence[str]) -> int:
    totals = {(name, name): Totals(accepted=_COUNT, delivered=_COUNT) for name in sources}
    state = JournalState(_COUNT, totals, [], _COUNT, {BOOT_ID: TIMESTAMP_MS})
    return len(encoded(state.record(totals, [(_COUNT, 1)])))
