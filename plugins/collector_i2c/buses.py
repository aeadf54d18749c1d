"""The buses that are in use: those who read one chip each of the same bus find the same object."""

import threading
from dataclasses import dataclass, field
from typing import Protocol

from collector import Clock
from collector_i2c.bus import Bus
from collector_i2c.shared_bus import SharedBus
from collector_i2c.turns import Turns


class Openable(Protocol):
    """A bus that does not exist."""

    def open(self) -> Bus:
        """Open it."""
        ...


@dataclass(slots=True)
class _Use:
    turns: Turns
    users: int = 0


@dataclass(slots=True)
class Buses:
    """Hands out each bus to all who share it. Safe to use from every thread.

    One for all sources that one collector makes: the collector runs those of one link in one
    thread, and a link is a bus.

    Attributes:
        simulated: Those that do not exist, by the names that stand for their nodes.
    """

    simulated: dict[str, Openable] = field(default_factory=dict)
    _uses: dict[str, _Use] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, node: str, clock: Clock) -> Turns:
        """Return a bus; whoever takes one gives it back by `release`."""
        with self._lock:
            use = self._uses.get(node)
            if use is None:
                use = self._uses[node] = _Use(
                    Turns(SharedBus(node, lambda: self._open(node), clock), clock)
                )
            use.users += 1
            return use.turns

    def release(self, node: str) -> None:
        """Give a bus back; the last one closes it. What was learnt of it is kept."""
        with self._lock:
            use = self._uses[node]
            use.users -= 1
            if use.users == 0:
                use.turns.bus.close()

    def _open(self, node: str) -> Bus:
        simulated = self.simulated.get(node)
        return simulated.open() if simulated else Bus(node)
