"""What the kernel's error numbers mean on an I2C bus, and what to do about each."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Meaning:
    """One error number.

    Attributes:
        text: What it says and what to look at.
        may_pass: Asking again at once may help.
        is_of_bus: It is the bus or its adapter, not one chip.
    """

    text: str
    may_pass: bool = False
    is_of_bus: bool = False


_NO_ANSWER = Meaning("nothing acknowledges there: check power, wiring and address", may_pass=True)
_HELD = Meaning(
    "the bus does not come free: a chip may hold SDA or SCL low until its power is cut; on a"
    " Raspberry Pi, chips that stretch the clock need a lower baud rate or an i2c-gpio bus",
    is_of_bus=True,
)
_GONE = Meaning("the bus adapter is gone", is_of_bus=True)

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        errno.EREMOTEIO: _NO_ANSWER,  # bcm2835 and most others
        errno.ENXIO: _NO_ANSWER,  # designware, i801, gpio
        errno.EIO: Meaning("the transfer failed: check wiring and pull-ups", may_pass=True),
        errno.EAGAIN: Meaning("another master took the bus", may_pass=True),
        errno.EBUSY: Meaning("the bus or the chip's address is in use", may_pass=True),
        errno.ETIMEDOUT: _HELD,
        errno.ENODEV: _GONE,
        errno.EBADF: _GONE,
        errno.EOPNOTSUPP: Meaning("the bus adapter cannot make this kind of transfer"),
        errno.EINVAL: Meaning("the bus adapter refuses this transfer"),
        errno.EPROTO: Meaning("the answer broke the protocol", may_pass=True),
    }
)
"""Linux, Documentation/i2c/fault-codes: adapters agree on these, though not on when."""

_NUMBERS: Mapping[str, int] = MappingProxyType(
    {name: number for number, name in errno.errorcode.items()}
)

UNKNOWN = Meaning("the transfer failed", may_pass=True)


def meaning_of(number: int | None) -> Meaning:
    """Return what an error number says; of any that is not in the table, that it failed."""
    return MEANINGS.get(number or 0, UNKNOWN)


def number_of(name: bytes) -> int:
    """Return the number of an error by its name, as ``b"ETIMEDOUT"``; EIO of any other."""
    return _NUMBERS.get(name.decode("ascii", "replace"), errno.EIO)
