"""Which addresses of a bus answer, found out without writing a byte."""

import errno

from collector_i2c.bus import TransferError
from collector_i2c.muxes import Path
from collector_i2c.shared_bus import SharedBus

FIRST, LAST = 0x08, 0x77
"""The addresses that i2cdetect looks at too; those below are for special purposes."""

ADDRESSES = LAST - FIRST + 1
"""How many that are."""

_MEMORIES = frozenset({*range(0x30, 0x38), *range(0x50, 0x60)})
"""Where memories are: some take an empty write for a command (i2cdetect(8))."""


def is_there(bus: SharedBus, path: Path, address: int) -> bool:
    """Tell whether anything acknowledges an address.

    Sensors that refuse to be read before they were told to measure are only found by an empty
    write, so that is what is tried, as i2cdetect does. Where memories can be, a read comes first:
    they answer it, and what does not is none.

    Raises:
        SourceUnavailableError: The bus is held, or its adapter gone.
        TransferError: The adapter can do neither.
    """
    if address in _MEMORIES and _answers(bus, path, address, is_read=True):
        return True
    try:
        return _answers(bus, path, address, is_read=False)
    except TransferError:  # the adapter cannot make empty writes
        return _answers(bus, path, address, is_read=True)


def _answers(bus: SharedBus, path: Path, address: int, *, is_read: bool) -> bool:
    try:
        if is_read:
            bus.transfer(path, address, b"", 1)
        else:
            bus.touch(path, address)
    except TransferError as error:
        if error.number == errno.EBUSY:  # a kernel driver has it
            return True
        if error.meaning.may_pass:
            return False
        raise
    return True
