"""Which operation a topic asks for, and where its answers go."""

from dataclasses import dataclass

from collector.agent.operations.context import Handler
from collector.agent.operations.table import HANDLERS
from collector.wire import topics
from collector.wire.topics import Address, Operation

_MAX_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Route:
    """One request topic.

    Attributes:
        info: Where success is told: older topics first, the documented one last, for the older
            topic of one operation can be the documented topic of another.
        errors: Where errors are told, in the same order.
        live: Where accepted values are repeated; empty but for pushes.
    """

    operation: Operation
    handler: Handler
    address: Address
    info: tuple[str, ...]
    errors: tuple[str, ...]
    live: str


class Routes:
    """Finds routes, and remembers those in use: a push comes by the same topic again and again."""

    def __init__(self) -> None:
        self._known: dict[str, Route] = {}

    def find(self, topic: str) -> Route | None:
        """Return the route of a topic; None when the contract has no such request."""
        route = self._known.get(topic)
        if route is None and (request := topics.parse_request(topic)) is not None:
            route = _route(request.operation, request.address)
            if len(self._known) >= _MAX_CACHED:
                self._known.clear()
            self._known[topic] = route
        return route


def _route(operation: Operation, address: Address) -> Route:
    handler = HANDLERS[operation]
    if operation is Operation.REPORT_ERROR:
        return Route(operation, handler, address, (), (), "")
    info = (*topics.older_reply_topics(operation, address), topics.reply_topic(operation, address))
    errors = (
        *topics.older_error_topics(operation, address),
        topics.error_topic(operation, address),
    )
    live = topics.live_data_topic(address) if operation is Operation.PUSH_VALUES else ""
    return Route(operation, handler, address, info, tuple(dict.fromkeys(errors)), live)
