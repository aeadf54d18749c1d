"""What the collector lends to a kind that looks for devices."""

import sys
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext

from collector.cli.command_context import NoBar
from collector.clock import Clock
from collector.plugin.command import Progress


class Context:
    """See `collector.plugin.discovery.DiscoveryContext`; one for each kind.

    Args:
        kind: The kind that looks.
        clock: The time.
        ports: The serial ports that may be listened to.
        allowed: Where it may ask without the user being asked.
        taken: The places of what was found so far.
        is_simulated: Whether only simulated devices are looked at.
    """

    def __init__(
        self,
        kind: str,
        clock: Clock,
        *,
        ports: Sequence[str],
        allowed: Collection[str],
        taken: Collection[str],
        is_simulated: bool,
    ) -> None:
        self._kind = kind
        self._clock = clock
        self._ports = ports
        self._allowed = allowed
        self._taken = taken
        self._is_simulated = is_simulated

    @property
    def clock(self) -> Clock:
        """See `DiscoveryContext`."""
        return self._clock

    @property
    def is_simulated(self) -> bool:
        """See `DiscoveryContext`."""
        return self._is_simulated

    @property
    def ports(self) -> Sequence[str]:
        """See `DiscoveryContext`."""
        return () if self._is_simulated else self._ports

    def may_ask(self, place: str, what: str) -> bool:
        """See `DiscoveryContext`."""
        if place in self._taken:
            self.say(f"{place}: not asked, as something else was found there")
            return False
        if self._is_simulated or place in self._allowed:
            self.say(f"{place}: sends {what}")
            return True
        if not sys.stdin.isatty():
            self.say(f"{place}: not asked; --ask-{self._kind} {place} allows {what}")
            return False
        print(f"{self._kind}: {place}: send {what}? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def say(self, text: str) -> None:
        """See `DiscoveryContext`."""
        print(f"{self._kind}: {' '.join(text.split())}", file=sys.stderr, flush=True)

    def progress(self, label: str, total: int) -> AbstractContextManager[Progress]:
        """See `DiscoveryContext`."""
        if not sys.stderr.isatty():
            return nullcontext(NoBar())
        from collector.cli.progress import shown_bar  # noqa: PLC0415 - rich is for a terminal only

        return shown_bar(label, total)
