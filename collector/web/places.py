"""How many visitors are served at a time, and who has to go first."""

import asyncio
from typing import Any

_Task = asyncio.Task[Any]


class Places:
    """A place for each visitor, held by the task that serves it. Used by one event loop.

    Who has only a place, and has not yet shown that it may be here, loses it to a newcomer, the
    earliest first: so nobody keeps others out by connections on which nothing is said.

    Args:
        most: How many there are.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._unproven: dict[_Task, None] = {}
        self._proven: set[_Task] = set()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return len(self._unproven) + len(self._proven)

    def take(self) -> bool:
        """Take one for the task that calls; tell whether there was one, or one could be freed."""
        if self.taken >= self._most:
            if not self._unproven:
                return False
            earliest = next(iter(self._unproven))
            del self._unproven[earliest]
            earliest.cancel()
        self._unproven[_caller()] = None
        return True

    def keep(self) -> None:
        """Let the task that calls have its place until it leaves."""
        self._unproven.pop(_caller(), None)
        self._proven.add(_caller())

    def leave(self) -> None:
        """Free the place of the task that calls, if it has one."""
        self._unproven.pop(_caller(), None)
        self._proven.discard(_caller())


def _caller() -> _Task:
    task = asyncio.current_task()
    assert task is not None, "places are for tasks"  # noqa: S101 - else it is called wrongly
    return task
