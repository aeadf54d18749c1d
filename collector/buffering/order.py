"""The order of readings that wait, and what comes back out of turn."""

from collections import deque
from collections.abc import Sequence
from heapq import merge
from operator import attrgetter
from typing import TypeVar

from collector.buffering.batch import Entry
from collector.clock import Instant

EntryT = TypeVar("EntryT", bound=Entry)


def take_newest(queue: deque[EntryT], count: int, after: Instant) -> list[EntryT]:
    """Take up to so many from the end of a queue; return them in its order.

    Args:
        queue: In the order in which readings were put.
        count: At most so many.
        after: The first that was not taken later than this ends it; so does one of another boot.
    """
    taken: list[EntryT] = []
    while queue and len(taken) < count and _is_later(queue[-1].reading.taken_at, after):
        taken.append(queue.pop())
    taken.reverse()
    return taken


def put_back_newest(queue: deque[EntryT], entries: Sequence[EntryT]) -> None:
    """Return entries, in their order, to their places near the end of a queue."""
    if not entries:
        return
    newer: list[EntryT] = []
    while queue and queue[-1].order > entries[0].order:
        newer.append(queue.pop())
    queue.extend(merge(entries, reversed(newer), key=attrgetter("order")))


def _is_later(taken_at: Instant, than: Instant) -> bool:
    return taken_at.boot_id == than.boot_id and taken_at.boottime_ms > than.boottime_ms
