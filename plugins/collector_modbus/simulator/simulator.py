"""Simulated devices for sources: one bus for all sources that share a link."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from zlib import crc32

from collector import Clock, SourceContext
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes, ModbusSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import Identification, SimulatedDevice
from collector_modbus.simulator.loopback import LinkType
from collector_modbus.simulator.pacing import LinePace
from collector_modbus.simulator.values import LiveValues

PointsOf = Callable[[ModbusSettings], Sequence[PointSettings]]
"""Returns the points of a source, after its profile and its own points were put together."""

CodesOf = Callable[[ModbusSettings], InvalidCodes]
"""Returns the codes for "no value" of a source, likewise."""

LINK_TYPES: Mapping[str, LinkType] = MappingProxyType({"tls": "tcp"})
"""Where another link than the real one is simulated: certificates are for real devices."""


class SimulatedBuses:
    """The simulated buses of all sources of one kind. Any thread may use it.

    Sources that share a link share a bus, which lasts from the first start to the last stop. Those
    with the same unit id on it read the same device, which then has the points of all of them, and
    does wrong what the first one wants.

    Args:
        points_of: Says what a source reads.
        codes_of: Says which codes mean "no value" to it; those of its own settings when left out.
        is_paced: Whether bytes take their time on serial lines.
    """

    def __init__(
        self, points_of: PointsOf, codes_of: CodesOf | None = None, *, is_paced: bool = True
    ) -> None:
        self._points_of = points_of
        self._codes_of = codes_of or _own_codes
        self._is_paced = is_paced
        self._lock = threading.Lock()
        self._shared: dict[str, _SharedBus] = {}

    def simulator(self, settings: ModbusSettings, context: SourceContext) -> "ModbusSimulator":
        """Make the simulator of one source; see `SourceKind.simulate`."""
        return ModbusSimulator(settings, partial(self._join, settings, context.clock))

    def _join(self, settings: ModbusSettings, clock: Clock) -> "_Membership":
        guest = _Guest(settings, self._points_of(settings), self._codes_of(settings))
        key = settings.link.key
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                shared = self._shared[key] = _SharedBus(self._started_bus(settings.link, clock))
            shared.admit(guest)
        return _Membership(shared.bus, partial(self._leave, key, guest))

    def _leave(self, key: str, guest: "_Guest") -> None:
        with self._lock:
            shared = self._shared[key]
            if shared.dismiss(guest):
                return
            del self._shared[key]
        shared.bus.stop()

    def _started_bus(self, link: LinkSettings, clock: Clock) -> SimulatedBus:
        pace = LinePace.of(link) if self._is_paced and isinstance(link, SerialLink) else None
        return SimulatedBus(LINK_TYPES.get(link.type, link.type), clock, pace=pace).start()


class ModbusSimulator:
    """The simulated device of one source. See `collector.Simulator`.

    Args:
        settings: Of the source.
        join: Connects its device to the simulated bus of its link.
    """

    def __init__(self, settings: ModbusSettings, join: Callable[[], "_Membership"]) -> None:
        self._settings = settings
        self._join = join
        self._membership: _Membership | None = None

    @property
    def bus(self) -> SimulatedBus:
        """The bus that its device is on, for tests to look at and to disturb.

        Raises:
            RuntimeError: It is not started.
        """
        if self._membership is None:
            raise RuntimeError("the simulator is not started")
        return self._membership.bus

    @property
    def device(self) -> SimulatedDevice:
        """The device, likewise."""
        return self.bus.devices[self._settings.unit_id]

    def start(self) -> ModbusSettings:
        """Connect the device, and return the source's settings with a link that leads to it."""
        if self._membership is None:
            self._membership = self._join()
        return self._settings.model_copy(update={"link": self.bus.link(self._settings.link)})

    def stop(self) -> None:
        """Disconnect the device, and end the bus if it was the last. May be called twice."""
        membership, self._membership = self._membership, None
        if membership is not None:
            membership.leave()


@dataclass(frozen=True, slots=True)
class _Membership:
    """A place on a bus, and the way to give it up."""

    bus: SimulatedBus
    leave: Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Guest:
    """A source, as far as its device has to know it."""

    settings: ModbusSettings
    points: Sequence[PointSettings]
    codes: InvalidCodes

    @property
    def seed(self) -> int:
        """The source's seed, but another one for every device: no two meters show the same."""
        place = f"{self.settings.link.key}/{self.settings.unit_id}"
        return crc32(f"{self.settings.simulate.seed}/{place}".encode())


class _SharedBus:
    """A bus and the sources that read it. Used under the lock of `SimulatedBuses`."""

    def __init__(self, bus: SimulatedBus) -> None:
        self.bus = bus
        self._guests: list[_Guest] = []

    def admit(self, guest: _Guest) -> None:
        """Connect a source's device, or give its points to the one with that unit id."""
        self._guests.append(guest)
        if guest.settings.unit_id not in self.bus.devices:
            self.bus.add(_device_of(guest))
        self._enliven(guest.settings.unit_id)

    def dismiss(self, guest: _Guest) -> bool:
        """Take a source's points away, and its device if they are all; tell if anybody is left."""
        self._guests.remove(guest)
        self._enliven(guest.settings.unit_id)
        return bool(self._guests)

    def _enliven(self, unit_id: int) -> None:
        """Let a device show the points of all that read it; without any it goes."""
        device = self.bus.devices.get(unit_id)
        guests = [each for each in self._guests if each.settings.unit_id == unit_id]
        if device is None:  # a test has taken it away
            return
        if not guests:
            self.bus.remove(unit_id)
            return
        points = [point for each in guests for point in each.points]
        device.live = LiveValues(points, guests[0].seed, _joined([each.codes for each in guests]))


def _device_of(guest: _Guest) -> SimulatedDevice:
    settings = guest.settings
    told = Identification(
        vendor="Simulated",
        product_code=settings.profile or "device",
        revision="1.0",
        server_id=f"simulated {settings.profile or 'device'}",
    )
    simulate = settings.simulate.model_copy(update={"seed": guest.seed})
    return SimulatedDevice(settings.unit_id, simulate=simulate, identification=told)


def _joined(codes: Sequence[InvalidCodes]) -> InvalidCodes:
    names = InvalidCodes.model_fields
    return InvalidCodes(
        **{name: [code for each in codes for code in each.of(name)] for name in names}
    )


def _own_codes(settings: ModbusSettings) -> InvalidCodes:
    return settings.invalid
