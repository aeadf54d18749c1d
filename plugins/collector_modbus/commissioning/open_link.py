"""A link that a command has for itself, for as long as it asks."""

import threading
from typing import Self

from collector import Clock, Deadline
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.buses import make_bus
from collector_modbus.bus.line import RETRY_S
from collector_modbus.errors import LinkError, LinkFaultError
from collector_modbus.protocol.queries import Query
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings

_PATIENCE_S = 5.0
"""For a long answer on a slow line, and for a line that is not silent at once."""

_NOBODY = 0
"""The unit in whose name a bus is joined: none is asked by that."""


class OpenLink:
    """Asks units. From one thread.

    Args:
        link: The settings.
        bus: The link itself.
        clock: The time.
        has_been_open: Whether it was open just now, with other settings.

    Attributes:
        link: The settings.
        bus: The link itself.
    """

    def __init__(
        self, link: LinkSettings, bus: Bus, clock: Clock, *, has_been_open: bool = False
    ) -> None:
        self.link = link
        self.bus = bus
        self._clock = clock
        self._has_been_open = has_been_open

    def open(self) -> None:
        """Open the link unless it is open.

        Some devices close a connection when they are asked for a unit that they do not have, and
        take a moment to accept the next one.

        Raises:
            LinkError: It cannot be opened; if it was open before, not even a moment later.
        """
        try:
            self.bus.open()
        except LinkError as error:
            if isinstance(error, LinkFaultError) or not self._has_been_open:
                raise
            self._wait_a_moment()
            self.bus.open()
        self._has_been_open = True

    def ask(self, unit_id: int, query: Query, block: Block | None = None) -> bytes:
        """Return the PDU that answers a query; it may be an exception. See `Bus.ask`.

        Raises:
            NoAnswerError: There was no sound answer in time.
            LinkError: The link cannot be opened, or broke.
        """
        deadline = Deadline.after(self._clock, self.link.response_timeout + _PATIENCE_S)
        return self.bus.ask(unit_id, query, deadline, block)

    def _wait_a_moment(self) -> None:
        moment = threading.Condition()
        with moment:
            self._clock.wait(moment, RETRY_S)


class LinkInUse:
    """Opens one link at a time, and keeps it until another is wanted.

    Many devices serve one connection at a time, and take a while to forget the last one. Usable in
    a ``with`` statement, which closes it.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: OpenLink | None = None

    def at(self, link: LinkSettings) -> OpenLink:
        """Return a link, which is opened with the first question; any other is closed."""
        former = self._current
        if former is not None and former.link == link:
            return former
        self.close()
        bus = make_bus(link, self._clock)
        bus.join(_NOBODY)
        is_again = former is not None and former.link.key == link.key
        self._current = OpenLink(link, bus, self._clock, has_been_open=is_again)
        return self._current

    def close(self) -> None:
        """Close the link. May be called twice."""
        if self._current is not None:
            self._current.bus.leave(_NOBODY)
            self._current = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
