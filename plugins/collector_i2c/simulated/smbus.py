"""SMBus transfers as the kernel makes them of plain ones (its ``i2c_smbus_xfer_emulated``)."""

from collections.abc import Callable
from typing import Any

_QUICK, _BYTE, _BYTE_DATA, _BLOCK = 0, 1, 2, 8

Write = Callable[[bytes], None]
Read = Callable[[int], bytes]


def transfer(argument: Any, write: Write, read: Read) -> None:  # noqa: ANN401 - ctypes
    """Do what an ``i2c_smbus_ioctl_data`` asks for.

    Args:
        argument: The structure; what was read is stored in it.
        write: Writes a message.
        read: Reads one.
    """
    content = argument.data.contents
    if argument.read_write:
        _read(argument, content, write, read)
        return
    command = bytes((argument.command,))
    written = {
        _QUICK: b"",
        _BYTE: command,
        _BYTE_DATA: command + bytes((content.byte,)),
        _BLOCK: command + bytes(content.block[1 : content.block[0] + 1]),
    }
    write(written[argument.size])


def _read(argument: Any, content: Any, write: Write, read: Read) -> None:  # noqa: ANN401
    if argument.size != _BYTE:
        write(bytes((argument.command,)))
    count = content.byte if argument.size == _BLOCK else 1
    answer = read(count)
    if argument.size == _BLOCK:
        content.block[1 : count + 1] = list(answer)
    else:
        content.byte = answer[0]
