"""How a kind takes part in `collector discover`: it looks what is there, and says what it found."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from collector.clock import Clock
from collector.plugin.command import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that sources of a kind can read, or could if somebody told them more.

    Attributes:
        title: What it is and where, for people, in one line: ``"bme280 at 0x76 on bus 1"``.
        toml: Its ``[[source]]`` table as TOML, comments included. All of it in comments where
            somebody has to choose first; empty where there is nothing to write. A sensor that is
            taken gets another name.
        place: The serial port that it is on, as `DiscoveryContext.ports` has it; empty for none.
            Nobody else is let on that port then.
    """

    title: str
    toml: str = ""
    place: str = ""


class DiscoveryContext(Protocol):
    """What a kind may know and do while it looks. Used from the main thread."""

    @property
    def clock(self) -> Clock:
        """The only way to learn the time."""
        ...

    @property
    def is_simulated(self) -> bool:
        """Whether to look at simulated devices, which the kind makes itself; at nothing real."""
        ...

    @property
    def ports(self) -> Sequence[str]:
        """The serial ports that may be opened and listened to; none when simulated."""
        ...

    @property
    def places(self) -> Sequence[str]:
        """Where the user wants this kind to ask, by ``--ask-KIND PLACE``; none when simulated.

        Serial ports, which ``ports`` has as well, and whatever else is a place to the kind, such as
        the name of a host: nobody looks through a network unasked.
        """
        ...

    def may_ask(self, place: str, what: str) -> bool:
        """Announce what would be sent, and tell whether it may be.

        Nothing is to be written to a device before. The user is asked, or has allowed it by
        ``--ask-KIND PLACE``. A port on which something was found already is left alone.

        Args:
            place: Where: one of ``ports`` or ``places``, or another name of a link.
            what: What would be sent, how much, and how long it takes, in one line.
        """
        ...

    def say(self, text: str) -> None:
        """Tell the user what is going on, in one line."""
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Progress]:
        """Show how far something is; see `CommandContext.progress`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """How a kind looks for devices.

    Attributes:
        look: Looks, and yields what it finds as it finds it. Called once, from the main thread;
            nothing runs besides. Ctrl-C is raised in it as KeyboardInterrupt: what it yielded
            before, or yields before it raises that again, is kept. A `SourceUnavailableError` or
            `SourceFaultError` ends its part, and is shown; anything else is a fault of the plugin.
            Where it yields nothing, says nothing and makes no progress for 30 s, a
            `SourceUnavailableError` is raised in it: what hangs in one place costs no other if it
            is caught for each.
        asks: Whether it asks devices on serial ports. Kinds that do come last, when those that only
            listen have had the ports.
    """

    look: Callable[[DiscoveryContext], Iterable[Finding]]
    asks: bool = False
