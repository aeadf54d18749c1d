"""One exchange per client id: a renewed certificate may bring another one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Generic

from collector.publishing.connection.access import IdentityT
from collector.publishing.connection.exchange import Exchange
from collector.publishing.connection.watches import Watches
from collector.status import DeliveryState, DeliveryStatus

_COUNTS = ("confirmed_readings", "resent_readings", "unverified_time")


class Exchanges(Generic[IdentityT]):
    """Makes them, and counts over all of them. Used from the network thread, but for `describe`.

    Args:
        make: Makes that of an identity.

    Attributes:
        current: That of the newest connection; None before the first.
        watches: Whose live data somebody watches, on all of them.
    """

    def __init__(self, make: Callable[[IdentityT], Exchange]) -> None:
        self._make = make
        self._by_client: dict[str, Exchange] = {}
        self._former: DeliveryStatus | None = None
        self.current: Exchange | None = None
        self.watches = Watches()

    def of(self, identity: IdentityT) -> Exchange:
        """Return the exchange of an identity, which becomes the current one."""
        exchange = self._by_client.get(identity.client_id)
        if exchange is None:
            exchange = self._by_client[identity.client_id] = self._make(identity)
            exchange.watches = self.watches
        self.current = exchange
        return exchange

    def settle(self, client: str) -> None:
        """Let go of all exchanges but that of this client; what they counted stays counted."""
        for other in [each for each in self._by_client if each != client]:
            empty = DeliveryStatus(state=DeliveryState.CONNECTING, agent="")
            told = self._by_client.pop(other).describe(empty)
            self._former = told if self._former is None else _summed(self._former, told)

    def describe(self, status: DeliveryStatus) -> DeliveryStatus:
        """Return a status completed by what is known here. May be called from any thread."""
        exchange, former = self.current, self._former
        if exchange is not None:
            status = exchange.describe(status)
        return status if former is None else _summed(status, former)


def _summed(status: DeliveryStatus, former: DeliveryStatus) -> DeliveryStatus:
    sums = {name: getattr(status, name) + getattr(former, name) for name in _COUNTS}
    return replace(status, **sums)
