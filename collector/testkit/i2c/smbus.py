"""SMBus transfers as the kernel makes them of plain ones (its ``i2c_smbus_xfer_emulated``)."""

from typing import Any

from collector.testkit.i2c.transfer import Message, Transfer

_QUICK, _BYTE, _BYTE_DATA, _WORD_DATA, _BLOCK = 0, 1, 2, 3, 8


def emulate(argument: Any, address: int, transfer: Transfer) -> None:  # noqa: ANN401 - ctypes
    """Do what an ``i2c_smbus_ioctl_data`` asks for.

    Args:
        argument: The structure; what was read is stored in it.
        address: Whom it is for.
        transfer: Makes the plain transfer.
    """
    content = argument.data.contents
    if argument.read_write:
        _read(argument, content, address, transfer)
        return
    command = bytes((argument.command,))
    written = {
        _QUICK: b"",
        _BYTE: command,
        _BYTE_DATA: command + bytes((content.byte,)),
        _WORD_DATA: command + content.word.to_bytes(2, "little"),
        _BLOCK: command + bytes(content.block[1 : content.block[0] + 1]),
    }
    transfer([Message(address, written[argument.size])])


def _read(argument: Any, content: Any, address: int, transfer: Transfer) -> None:  # noqa: ANN401
    asked = [] if argument.size == _BYTE else [Message(address, bytes((argument.command,)))]
    count = {_BLOCK: content.byte, _WORD_DATA: 2}.get(argument.size, 1)
    *_, answer = transfer([*asked, Message(address, count=count)])
    if argument.size == _BLOCK:
        content.block[1 : count + 1] = list(answer)
    elif argument.size == _WORD_DATA:
        content.word = int.from_bytes(answer, "little")
    else:
        content.byte = answer[0]
