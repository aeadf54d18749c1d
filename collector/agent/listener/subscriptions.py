"""Who wants what: topic filters in a tree of levels."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Subscriber = TypeVar("Subscriber")

_REMEMBERED_TOPICS = 4096


class _Node(Generic[Subscriber]):
    __slots__ = ("below", "here")

    def __init__(self) -> None:
        self.below: dict[str, _Node[Subscriber]] = {}
        self.here: dict[Subscriber, int] = {}


class Subscriptions(Generic[Subscriber]):
    """Finds the subscribers of a topic.

    Topics that begin with ``$`` do not occur here, so their exception from wildcards does not
    either.
    """

    def __init__(self) -> None:
        self._root: _Node[Subscriber] = _Node()
        self._found: dict[str, tuple[tuple[Subscriber, int], ...]] = {}

    def add(self, subscriber: Subscriber, topic_filter: str, qos: int) -> None:
        """Subscribe, or change the QoS of a subscription."""
        node = self._root
        for level in topic_filter.split("/"):
            node = node.below.setdefault(level, _Node())
        node.here[subscriber] = qos
        self._found.clear()

    def remove(self, subscriber: Subscriber, topic_filter: str) -> None:
        """Unsubscribe; does nothing when there is no such subscription."""
        levels = topic_filter.split("/")
        path = [self._root]
        for level in levels:
            node = path[-1].below.get(level)
            if node is None:
                return
            path.append(node)
        path[-1].here.pop(subscriber, None)
        for level in reversed(levels):
            node = path.pop()
            if not node.here and not node.below:
                del path[-1].below[level]
        self._found.clear()

    def of(self, topic: str) -> tuple[tuple[Subscriber, int], ...]:
        """Return each subscriber once, with the highest QoS of its filters that match."""
        found = self._found.get(topic)
        if found is None:
            best: dict[Subscriber, int] = {}
            for subscriber, qos in _matches(self._root, topic.split("/"), 0):
                best[subscriber] = max(qos, best.get(subscriber, 0))
            found = tuple(best.items())
            if len(self._found) >= _REMEMBERED_TOPICS:
                self._found.clear()
            self._found[topic] = found
        return found


def _matches(
    node: _Node[Subscriber], levels: list[str], depth: int
) -> Iterator[tuple[Subscriber, int]]:
    beyond = node.below.get("#")  # also matches the level above it
    if beyond is not None:
        yield from beyond.here.items()
    if depth == len(levels):
        yield from node.here.items()
        return
    for level in (levels[depth], "+"):
        child = node.below.get(level)
        if child is not None:
            yield from _matches(child, levels, depth + 1)
