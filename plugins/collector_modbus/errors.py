"""What can go wrong on a Modbus link.

    ModbusError
    ├── LinkError          the link itself: refused, closed, unplugged, no such port
    │   └── LinkFaultError     the same, and only a human can change it: no permission, no driver
    │       └── LineSettingsError    the port has no such speed, parity or stop bits
    ├── NoAnswerError      the link is there, and the unit gave no sound answer in time
    │   ├── NeverSilentError   it could not be asked: somebody else talks all the time
    │   └── NoTimeError        it was not asked: the deadline left no time for that
    └── DeviceError        the unit answered with an exception code

They end in `collector_modbus.source`, which turns them into what the collector understands.
"""

from collections.abc import Mapping
from types import MappingProxyType

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
GATEWAY_CODES = (10, 11)
"""A gateway says by these that the unit behind it cannot be reached (1.1b3, section 7)."""

EXCEPTIONS: Mapping[int, str] = MappingProxyType(
    {
        1: "illegal function",
        2: "illegal data address",
        3: "illegal data value",
        4: "server device failure",
        5: "acknowledge",
        6: "server device busy",
        7: "negative acknowledge",
        8: "memory parity error",
        10: "gateway path unavailable",
        11: "gateway target device failed to respond",
    }
)
"""The exception codes (Modbus Application Protocol 1.1b3, section 7; 7 is from older editions)."""


class ModbusError(Exception):
    """Base of all; its text is one line."""


class LinkError(ModbusError):
    """The link is not there, or broke; trying again may help."""


class LinkFaultError(LinkError):
    """The link cannot be used before a human has acted."""


class LineSettingsError(LinkFaultError):
    """A serial port has no such speed, parity or stop bits."""


class NoAnswerError(ModbusError):
    """A unit gave no sound answer in time.

    Attributes:
        cost_s: For how long the link was busy in vain.
        is_cut: The deadline ended the waiting so early that the unit may well be there.
    """

    def __init__(self, message: str, *, cost_s: float = 0.0, is_cut: bool = False) -> None:
        super().__init__(message)
        self.cost_s = cost_s
        self.is_cut = is_cut


class NeverSilentError(NoAnswerError):
    """The line is never at rest, so nobody can be asked."""


class NoTimeError(NoAnswerError):
    """A unit was not asked, as the deadline left no time for it."""


class DeviceError(ModbusError):
    """A unit refused a request.

    Attributes:
        code: The exception code, 1 to 255.
    """

    def __init__(self, code: int) -> None:
        super().__init__(in_words(code))
        self.code = code


def in_words(code: int) -> str:
    """Return ``exception 2 (illegal data address)``."""
    return f"exception {code} ({EXCEPTIONS.get(code, 'unknown')})"
