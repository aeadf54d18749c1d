"""What the collector lends to a kind that looks for devices."""

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from collector.cli.command_context import NoBar
from collector.cli.discover_signals import Patience
from collector.clock import Clock
from collector.plugin.command import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is the same for all kinds.

    Attributes:
        clock: The time.
        patience: Is told that it goes on.
        ports: The serial ports that may be listened to.
        taken: The places of what was found so far.
        is_simulated: Whether only simulated devices are looked at.
    """

    clock: Clock
    patience: Patience
    ports: Sequence[str]
    taken: Collection[str]
    is_simulated: bool


class Context:
    """See `collector.plugin.discovery.DiscoveryContext`; one for each kind.

    Args:
        kind: The kind that looks.
        allowed: Where it may ask without the user being asked.
        shared: What is the same for all kinds.
    """

    def __init__(self, kind: str, allowed: Sequence[str], shared: Surroundings) -> None:
        self._kind = kind
        self._allowed = allowed
        self._shared = shared

    @property
    def clock(self) -> Clock:
        """See `DiscoveryContext`."""
        return self._shared.clock

    @property
    def is_simulated(self) -> bool:
        """See `DiscoveryContext`."""
        return self._shared.is_simulated

    @property
    def ports(self) -> Sequence[str]:
        """See `DiscoveryContext`."""
        return () if self._shared.is_simulated else self._shared.ports

    @property
    def places(self) -> Sequence[str]:
        """See `DiscoveryContext`."""
        return () if self._shared.is_simulated else self._allowed

    def may_ask(self, place: str, what: str) -> bool:
        """See `DiscoveryContext`."""
        if _is_among(place, self._shared.taken):
            self.say(f"{place}: not asked, as something else was found there")
            return False
        if self._shared.is_simulated or _is_among(place, self._allowed):
            self.say(f"{place}: sends {what}")
            return True
        if not sys.stdin.isatty():
            self.say(f"{place}: not asked; --ask-{self._kind} {place} allows {what}")
            return False
        with self._shared.patience.waiting():
            question = f"{self._kind}: {place}: send {what}? [y/N] "
            print(question, end="", file=sys.stderr, flush=True)
            return sys.stdin.readline().strip().lower() in ("y", "yes")

    def say(self, text: str) -> None:
        """See `DiscoveryContext`."""
        self._shared.patience.sign()
        line = "".join(each if each.isprintable() else "?" for each in " ".join(text.split()))
        print(f"{self._kind}: {line}", file=sys.stderr, flush=True)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Progress]:
        """See `DiscoveryContext`."""
        with _bar(label, total) as bar:
            yield _Watched(bar, self._shared.patience)


class _Watched:
    """A bar whose every step is a sign that it goes on."""

    def __init__(self, bar: Progress, patience: Patience) -> None:
        self._bar = bar
        self._patience = patience

    def advance(self, steps: int = 1, note: str = "") -> None:
        """See `Progress`."""
        self._patience.sign()
        self._bar.advance(steps, note)


def _bar(label: str, total: int) -> AbstractContextManager[Progress]:
    if not sys.stderr.isatty():
        return nullcontext(NoBar())
    from collector.cli.progress import shown_bar  # noqa: PLC0415 - rich is for a terminal only

    return shown_bar(label, total)


def _is_among(place: str, places: Collection[str]) -> bool:
    """Tell whether a place is one of several, under whichever of its names."""
    return real(place) in map(real, places)


def real(place: str) -> str:
    """Return the name of a place that is the same whatever it was called."""
    return os.path.realpath(place) if is_file(place) else place


def is_file(place: str) -> bool:
    """Tell whether a place is a device node rather than a host, or whatever else a kind knows."""
    return "/" in place
