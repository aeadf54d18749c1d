"""A simulated link with devices on it: what a client sees behind a serial port or an address."""

import ssl
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from collector import Clock
from collector_modbus.settings.link import LinkSettings
from collector_modbus.simulator import pdus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.exchange import Exchange
from collector_modbus.simulator.loop import Loop
from collector_modbus.simulator.loopback import LinkType, loopback_link
from collector_modbus.simulator.misdeeds import Request
from collector_modbus.simulator.pacing import LinePace
from collector_modbus.simulator.ports import Port, PtyPort, TcpPort, UdpPort

FRAMINGS: Mapping[LinkType, Callable[[], pdus.Framing]] = MappingProxyType(
    {
        "rtu": pdus.RtuFraming,
        "ascii": pdus.AsciiFraming,
        "tcp": pdus.MbapFraming,
        "rtu-over-tcp": pdus.RtuFraming,
        "udp": pdus.MbapFraming,
        "tls": pdus.MbapFraming,
    }
)
"""How messages lie in the stream of each type of link."""

_SERIAL = ("rtu", "ascii")


class SimulatedBus:
    """Devices on one link, each with a unit id of its own.

    Requests to one device are answered in their order, each as long after its arrival as the device
    takes; a late answer goes out when its time has come, whatever was asked meanwhile. A unit id
    that nobody has is met with silence where frames are those of a serial line, also in a network,
    and elsewhere with exception 11, as by a gateway.

    Everything may be called from any thread, and `stop` twice. Usable in a ``with`` statement,
    which starts and stops it.

    Args:
        link_type: As in the configuration; "tls" needs ``tls``.
        clock: What delays are measured by.
        pace: Of a serial line whose speed is to be felt; without it, bytes take no time.
        tls: The server's side of TLS.
    """

    def __init__(
        self,
        link_type: LinkType,
        clock: Clock,
        *,
        pace: LinePace | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if (link_type == "tls") != (tls is not None):
            raise ValueError('tls is to be given with "tls", and only then')
        self._link_type = link_type
        self._loop = Loop(clock, f"modbus-{link_type}-simulator")
        self._port = port_of(link_type, tls)
        self._exchange = Exchange(FRAMINGS[link_type](), self._loop, clock, pace=pace)

    @property
    def address(self) -> tuple[str, int]:
        """The host and port to connect to; of a serial line the path, and 0."""
        return self._port.address

    @property
    def requests(self) -> list[Request]:
        """All requests so far in their order, also to units that are not there; the last 100000."""
        return self._exchange.log.requests

    @property
    def request_count(self) -> int:
        """How many requests there have been."""
        return self._exchange.log.count

    @property
    def devices(self) -> Mapping[int, SimulatedDevice]:
        """The devices by unit id."""
        return dict(self._exchange.devices)

    def link(self, like: LinkSettings | None = None) -> LinkSettings:
        """Return the settings with which a client reaches this bus.

        Args:
            like: Whose speed, timeouts and pauses to keep.
        """
        return loopback_link(self._link_type, self.address, like)

    def add(self, device: SimulatedDevice) -> SimulatedDevice:
        """Connect a device, in place of any with its unit id, and return it."""
        self._loop.call(lambda: self._exchange.devices.update({device.unit_id: device}))
        return device

    def remove(self, unit_id: int) -> None:
        """Disconnect the device with this unit id.

        Raises:
            KeyError: There is none.
        """
        device = self.devices[unit_id]
        self._loop.call(lambda: self._exchange.devices.pop(device.unit_id, None))

    def start(self) -> Self:
        """Answer from now on. Once."""
        self._port.open(self._loop, self._exchange.converse)
        self._loop.start()
        return self

    def stop(self) -> None:
        """End its thread, its connections and its port; a pty is gone as if unplugged."""
        self._loop.call(self._port.close)
        self._loop.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def wait_for_requests(self, count: int, timeout_s: float) -> bool:
        """Wait until there have been so many requests in all; false if they did not come in time.

        The time is real, whatever the clock.
        """
        return self._exchange.log.wait_for(count, timeout_s)

    def freeze(self) -> None:
        """Do nothing until `thaw`, as a gateway that hangs: connections stay, nothing answers."""
        self._loop.freeze()

    def thaw(self) -> None:
        """Go on, with what has piled up."""
        self._loop.thaw()

    def close_connections(self) -> None:
        """Close all TCP connections, as a gateway that restarts."""
        self._loop.call(self._tcp.close_connections)

    def stop_accepting(self) -> None:
        """Refuse new TCP connections until `accept_again`; those there are stay."""
        self._loop.call(self._tcp.stop_accepting)

    def accept_again(self) -> None:
        """Undo `stop_accepting`."""
        self._loop.call(self._tcp.accept_again)

    def limit_connections(self, count: int | None) -> None:
        """Close TCP connections beyond so many as soon as they are made; None is no limit."""
        self._tcp.max_connections = count

    @property
    def _tcp(self) -> TcpPort:
        if not isinstance(self._port, TcpPort):
            raise TypeError(f"a link of the type {self._link_type!r} has no connections")
        return self._port


def port_of(link_type: LinkType, tls: ssl.SSLContext | None = None) -> Port:
    """Return where bytes come in and go out; not open yet."""
    if link_type in _SERIAL:
        return PtyPort()
    return UdpPort() if link_type == "udp" else TcpPort(tls)
