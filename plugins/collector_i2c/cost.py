"""What a reading of a chip costs its bus: the real sequence, done with the simulated chip."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector import Instant, ReadCost
from collector.testkit.i2c.chip import FakeChip
from collector_i2c.bus import TransferError
from collector_i2c.chips.chip import Chip
from collector_i2c.muxes import Path
from collector_i2c.port import Port
from collector_i2c.refusal import RefusedError
from collector_i2c.settings import I2cSettings, SimulateSettings
from collector_i2c.simulated.catalogue import model_of
from collector_i2c.simulated.setting import Setting
from collector_i2c.steps import Steps

BUS_HZ = 100_000
"""Standard mode (NXP UM10204, table 10), which Linux takes where nothing else is said."""

FASTEST_BUS_HZ = 1_000_000
"""Fast-mode Plus (the same table), the fastest that adapters of such machines have."""

_BITS_PER_BYTE = 9  # with the acknowledgement
_BITS_AROUND = 2  # start and stop, of about a bit each
_SELECTING = 2  # to connect a channel and to disconnect it: two transfers of an address and a byte
_READINGS = 3  # the first ones may differ, or be refused, as they follow upon the settings


class _Time:
    """A clock that passes as the sequence waits."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def monotonic_s(self) -> float:
        return self.at_s

    def now(self) -> Instant:
        return Instant("", round(self.at_s * 1000))

    def wall_ms(self) -> int:
        return 0

    def is_synchronized(self) -> bool:
        return False

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        del condition
        self.at_s += timeout_s or 0.0


@dataclass(slots=True)
class _CountedBus:
    """A bus with one simulated chip, that counts what goes over it."""

    model: FakeChip
    transfers: int = 0
    bits: int = 0

    def transfer(self, path: Path, address: int, data: bytes, count: int) -> bytes:
        del path
        messages = (bool(data) or not count) + bool(count)
        self.transfers += 1
        self.bits += _BITS_AROUND + _BITS_PER_BYTE * (messages + len(data) + count)
        try:
            self.model.begin()
            if data or not count:
                self.model.write(data)
            return self.model.read(count) if count else b""
        except OSError as error:
            raise TransferError(address, error) from error


def read_cost(
    settings: I2cSettings, address: int, chip: Chip, metrics: tuple[str, ...]
) -> ReadCost | None:
    """Return what one reading costs; None where the simulated chip gives none.

    Args:
        settings: The source's.
        address: The chip's.
        chip: Its sequences; one that is not used otherwise.
        metrics: What the reading gives.
    """
    time = _Time()
    setting = Setting("cost", time, SimulateSettings(), settings.options)
    bus = _CountedBus(model_of(settings.device, settings.device_file, address, setting))
    port = Port(bus, settings.path, address)
    wait_s = None
    try:
        _waited_s(chip.set_up(port), time)
        for _ in range(_READINGS):
            bus.transfers = bus.bits = 0
            port.renew()
            wait_s = _measured_s(chip, port, time)
    except TransferError:
        return None
    if wait_s is None:
        return None
    selecting = _SELECTING * len(settings.path)
    bits = bus.bits + selecting * (_BITS_AROUND + 2 * _BITS_PER_BYTE)
    return ReadCost(
        link_s=bits / BUS_HZ,
        certain_link_s=bits / FASTEST_BUS_HZ,
        wait_s=wait_s,
        requests=bus.transfers + selecting,
        metrics=metrics,
    )


def _measured_s(chip: Chip, port: Port, time: _Time) -> float | None:
    """Return what a reading waits; None where the chip gives none, or only after a while."""
    try:
        return _waited_s(chip.measure(port), time)
    except RefusedError:
        time.at_s += chip.patience_s  # it has just been set up, and is warm by then
        return None


def _waited_s(steps: Steps[None] | Steps[Mapping[str, Any]], time: _Time) -> float:
    before_s = time.at_s
    for wait_s in steps:
        time.at_s += wait_s
    return time.at_s - before_s
