"""The transaction ids of Modbus TCP, and those that were never answered."""

_MAX_ID = 0xFFFF
_MOST_UNANSWERED = 64


class Tickets:
    """Hands out transaction ids. Used from the link's thread alone."""

    def __init__(self) -> None:
        self._last = 0
        self._unanswered: dict[int, float] = {}

    def next_id(self) -> int:
        """Return the next id, 1 to 65535: never 0, which some gateways answer to everything."""
        self._last = self._last % _MAX_ID + 1
        return self._last

    def unanswered(self, transaction_id: int, asked_at_s: float) -> None:
        """Note that a request was not answered in time."""
        if len(self._unanswered) >= _MOST_UNANSWERED:
            del self._unanswered[next(iter(self._unanswered))]
        self._unanswered[transaction_id] = asked_at_s

    def came_late(self, transaction_id: int | None) -> float | None:
        """Return when the request was sent that this late answer belongs to; None for no such."""
        return None if transaction_id is None else self._unanswered.pop(transaction_id, None)
