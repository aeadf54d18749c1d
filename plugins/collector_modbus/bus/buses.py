"""All links that are in use: sources with the same link share one bus."""

import threading
from collections import deque
from weakref import WeakValueDictionary

from collector import Clock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.bus.stream import Stream
from collector_modbus.protocol.framing import Ascii, Framing, Mbap, Rtu
from collector_modbus.settings.link import LinkSettings, SerialLink, TlsLink

MAX_IDLE = 16
"""So many buses that no source holds are kept, those that were asked for last."""


class Buses:
    """Makes the bus of a link when it is first asked for, and the same one from then on.

    A bus lives while a source holds it. The last few live on without: a source that is made anew by
    a reload goes on with what its bus knows, late answers that are still owed above all.

    Sources of one link run in one thread, so only making a bus has to be safe across threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buses: WeakValueDictionary[LinkSettings, Bus] = WeakValueDictionary()
        self._last: deque[Bus] = deque(maxlen=MAX_IDLE)

    def of(self, link: LinkSettings, clock: Clock) -> Bus:
        """Return the bus of a link. Nothing is opened."""
        with self._lock:
            bus = self._buses.get(link)
            if bus is None:
                bus = self._buses[link] = make_bus(link, clock)
            if bus not in self._last:
                self._last.append(bus)
            return bus


def make_bus(link: LinkSettings, clock: Clock) -> Bus:
    """Make the bus of a link, for one user alone."""
    return Bus(link, Line(link, _stream(link), _framing(link), clock), clock)


def _stream(link: LinkSettings) -> Stream:
    # Each library is loaded only where it is needed: pyserial for lines, ssl for TLS.
    if isinstance(link, SerialLink):
        from collector_modbus.bus.serial_line import SerialStream  # noqa: PLC0415

        return SerialStream(link)
    if isinstance(link, TlsLink):
        from collector_modbus.bus.secured import TlsStream  # noqa: PLC0415

        return TlsStream(link)
    from collector_modbus.bus.network import TcpStream, UdpStream  # noqa: PLC0415

    return UdpStream(link) if link.type == "udp" else TcpStream(link)


def _framing(link: LinkSettings) -> Framing:
    if link.type == "ascii":
        return Ascii()
    return Rtu() if link.type in ("rtu", "rtu-over-tcp") else Mbap()
