"""By which reads a chip tells what it is.

Each read writes the number of a register, or a command that does nothing but give a number. A chip
without registers takes that for something else, so it matters who shares an address. Where a port
expander may be, whose pins would follow, nothing is asked (0x20 to 0x27, 0x38 to 0x3F). An MCP3421
and a PCF8591 take any byte for their settings, which their sources write anyway; if somebody else
uses them, ``--no-identify`` leaves them alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from collector_i2c.bus import TransferError
from collector_i2c.chips.catalogue import DECLARED
from collector_i2c.chips.declared import DeclaredChip
from collector_i2c.chips.files import bundled
from collector_i2c.chips.resolved import resolve
from collector_i2c.port import Port
from collector_i2c.refusal import RefusedError
from collector_i2c.steps import Steps


@dataclass(frozen=True, slots=True)
class Identity:
    """A register that tells what a chip is.

    Attributes:
        device: The chip.
        addresses: Where it can be.
        register: The register's number.
        mask: Which bits of its one or two bytes count.
        ids: What they are then.
    """

    device: str
    addresses: tuple[int, ...]
    register: int
    mask: int
    ids: frozenset[int]

    def matches(self, port: Port) -> bool:
        """Ask a chip; false if it is another one or does not answer to this."""
        size = 1 if self.mask <= 0xFF else 2  # noqa: PLR2004 - a byte
        told = int.from_bytes(port.ask(bytes((self.register,)), size), "big")
        return told & self.mask in self.ids


_BOSCH = (0x76, 0x77)

WRITTEN = (
    Identity("bme280", _BOSCH, 0xD0, 0xFF, frozenset({0x60})),
    Identity("bmp280", _BOSCH, 0xD0, 0xFF, frozenset({0x56, 0x57, 0x58})),
    Identity("bme680", _BOSCH, 0xD0, 0xFF, frozenset({0x61})),
    Identity("bmp180", (0x77,), 0xD0, 0xFF, frozenset({0x55})),
    Identity("bmp388", _BOSCH, 0x00, 0xFF, frozenset({0x50})),
    Identity("bmp390", _BOSCH, 0x00, 0xFF, frozenset({0x60})),
    Identity("veml7700", (0x10,), 0x07, 0xFF00, frozenset({0x8100})),
    Identity("tsl2561", (0x29,), 0x8A, 0xF0, frozenset({0x10, 0x50})),
    Identity("ina226", tuple(range(0x40, 0x48)), 0xFF, 0xFFF0, frozenset({0x2260})),
)
"""Of chips whose drivers are written by hand, where asking harms nobody; a HTU21D knows no 0xFF."""

_DECLARED_FIRST = ("sht40", "sht30", "tmp117", "mpu6050", "mcp9808", "lis3dh", "vl53l0x", "adxl345")
_DECLARED = (*_DECLARED_FIRST, "sgp30", "scd30", "ens160")


def identified(port: Port) -> Steps[str]:
    """Return the chip at an address; empty if none of those that can tell says it is one."""
    for device in _declared_at(port.address):
        if (yield from _matches(device, port)):
            return device
    for identity in WRITTEN:
        if port.address in identity.addresses and _asked(identity, port):
            return identity.device
    return ""


def _declared_at(address: int) -> Iterator[str]:
    for device in _DECLARED:
        if address in bundled(DECLARED[device]).addresses:
            yield device


def _matches(device: str, port: Port) -> Steps[bool]:
    description = bundled(DECLARED[device])
    try:
        yield from DeclaredChip(description, resolve(description, {})).identify(port)
    except (RefusedError, TransferError):
        return False
    return True


def _asked(identity: Identity, port: Port) -> bool:
    try:
        return identity.matches(port)
    except TransferError:
        return False
