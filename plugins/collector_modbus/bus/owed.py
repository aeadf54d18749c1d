"""Answers that are still owed: what makes a late answer harmless where frames carry no id.

On a serial line nothing in an answer says which request it belongs to. After a request that was not
answered in time, its answer may still come, and look like the answer to the next one:

    ask 10 ──> (late)                ask 20 ──> <── answer to 10, taken for that to 20

A device answers its requests in order, so an answer that can only belong to one request proves
that nothing older will come any more. Hence the rule: while a unit owes an answer that could be
mistaken for that to the next request, it is first asked something whose answer cannot be.
"""

from typing import NamedTuple

from collector_modbus.protocol.queries import Query, is_exception

_LEAST_FORGOTTEN_AFTER_S = 10.0
_FORGOTTEN_AFTER_TIMEOUTS = 10
_MOST_OWED = 16


class _Debt(NamedTuple):
    query: Query
    asked_at_s: float


class Owed:
    """What the units of one link owe. Used from the link's thread alone.

    A request is owed no more when nothing late has come from its unit for 10 s, or for ten response
    timeouts if those are longer.

    Args:
        response_timeout_s: How long an answer may take.
    """

    def __init__(self, response_timeout_s: float) -> None:
        self._kept_s = max(_LEAST_FORGOTTEN_AFTER_S, _FORGOTTEN_AFTER_TIMEOUTS * response_timeout_s)
        self._debts: dict[int, list[_Debt]] = {}
        self._late_at_s: dict[int, float] = {}

    def add(self, unit_id: int, query: Query, asked_at_s: float) -> None:
        """Note that a request was not answered in time."""
        self._debts.setdefault(unit_id, []).append(_Debt(query, asked_at_s))

    def is_far_behind(self, unit_id: int, now_s: float) -> bool:
        """Tell whether a unit owes so much that to ask for more would only make it later."""
        return len(self._left(unit_id, now_s)) >= _MOST_OWED

    def could_be_mistaken(self, unit_id: int, query: Query, now_s: float) -> bool:
        """Tell whether something owed looks like the answer to this query."""
        return any(debt.query.is_like(query) for debt in self._left(unit_id, now_s))

    def answered(self, unit_id: int, query: Query, pdu: bytes, asked_at_s: float) -> None:
        """Settle what the answer to the newest query settles.

        Data can only be the newest query's, as nothing owed looked like it: nothing older comes any
        more. An exception may be that of an older query of the same function; then that one is
        settled, and the newest query may still be answered.
        """
        debts = self._debts.pop(unit_id, None)
        if not debts or not is_exception(pdu):
            return
        same = [n for n, debt in enumerate(debts) if debt.query.function == query.function]
        if same:
            self._debts[unit_id] = [*debts[same[0] + 1 :], _Debt(query, asked_at_s)]

    def came_late(self, unit_id: int, pdu: bytes, now_s: float) -> float | None:
        """Take an answer that nobody waits for; it settles its request and those before.

        Returns:
            When its request was sent, monotonic seconds; None if nobody asked for it.
        """
        debts = self._debts.get(unit_id, [])
        for number, debt in enumerate(debts):
            if debt.query.is_answered_by(pdu):
                self._late_at_s[unit_id] = now_s
                self._debts[unit_id] = debts[number + 1 :]
                return debt.asked_at_s
        return None

    def _left(self, unit_id: int, now_s: float) -> list[_Debt]:
        debts = self._debts.get(unit_id)
        if not debts:
            return []
        late_at_s = self._late_at_s.get(unit_id, 0.0)
        left = [d for d in debts if now_s - max(d.asked_at_s, late_at_s) < self._kept_s]
        self._debts[unit_id] = left
        return left
