"""How many connections there are, of all and of each address."""

import resource
from collections import Counter

from collector.agent.listener.limits import Limits

# For everything else that the process opens: its store, its journal, its own connections.
_OTHER_FILES = 64


class Admission:
    """Counts connections and those of them that have not begun a session."""

    def __init__(self, limits: Limits) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._limits = limits
        self._most = min(limits.connections, max(1, files - _OTHER_FILES))
        self._open: Counter[str] = Counter()
        self._pending: Counter[str] = Counter()

    def enter(self, host: str) -> str:
        """Count a connection that has not sent a CONNECT.

        Returns:
            Why it is not let in and was not counted; empty when it is.
        """
        limits = self._limits
        if self._open.total() >= self._most:
            return f"there are {self._most} connections already"
        if self._open[host] >= limits.connections_per_address:
            return f"it has {limits.connections_per_address} connections already"
        if self._pending.total() >= limits.pending:
            return f"{limits.pending} connections have not sent a CONNECT"
        if self._pending[host] >= limits.pending_per_address:
            return f"{limits.pending_per_address} connections of it have not sent a CONNECT"
        self._open[host] += 1
        self._pending[host] += 1
        return ""

    def begin(self, host: str) -> None:
        """Count a connection no longer as one without a CONNECT."""
        _decrease(self._pending, host)

    def leave(self, host: str) -> None:
        """Count a connection no longer."""
        _decrease(self._open, host)


def _decrease(counter: Counter[str], host: str) -> None:
    counter[host] -= 1
    if not counter[host]:
        del counter[host]
