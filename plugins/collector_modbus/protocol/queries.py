"""What can be asked, and how a right answer looks. Only reads: nothing is written to a device."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector_modbus.errors import DeviceError
from collector_modbus.registers.table import Block, Table

READ_FUNCTIONS: Mapping[Table, int] = MappingProxyType(
    {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
)
"""The function code that reads each table (1.1b3, sections 6.1 to 6.4)."""

DIAGNOSTICS = 0x08
REPORT_SERVER_ID = 0x11
ENCAPSULATED = 0x2B
EXCEPTION_FLAG = 0x80

_EXCEPTION_BYTES = 2


@dataclass(frozen=True, slots=True)
class Query:
    """One request and the shape of its answer.

    Attributes:
        pdu: The request: function code and data.
        answer_bytes: How long the answer's PDU is; 0 where only the answer itself tells.
        answer_starts: With what the answer's PDU begins: its function code, and what else is known.
    """

    pdu: bytes
    answer_bytes: int
    answer_starts: bytes

    @property
    def function(self) -> int:
        """The function code."""
        return self.pdu[0]

    def is_answered_by(self, pdu: bytes) -> bool:
        """Tell whether a PDU can be the answer; an exception to this function can."""
        if pdu[0] == self.function | EXCEPTION_FLAG:
            return len(pdu) == _EXCEPTION_BYTES
        has_length = not self.answer_bytes or len(pdu) == self.answer_bytes
        return has_length and pdu.startswith(self.answer_starts)

    def is_like(self, other: "Query") -> bool:
        """Tell whether an answer to the other could be taken for an answer to this one.

        Exceptions are left aside: they hold no value.
        """
        same_length = self.answer_bytes == other.answer_bytes or not (
            self.answer_bytes and other.answer_bytes
        )
        return same_length and (
            self.answer_starts.startswith(other.answer_starts)
            or other.answer_starts.startswith(self.answer_starts)
        )


def read(block: Block) -> Query:
    """Ask for the items of a block."""
    function = READ_FUNCTIONS[block.table]
    size = block.data_bytes
    request = struct.pack(">BHH", function, block.span.address, block.span.count)
    return Query(request, 2 + size, bytes((function, size)))


def echo(number: int) -> Query:
    """Ask a device to send back a number, 0 to 65535 (1.1b3, section 6.8, sub-function 0)."""
    pdu = struct.pack(">BHH", DIAGNOSTICS, 0, number)
    return Query(pdu, len(pdu), pdu)


def identify(object_id: int = 0, *, access: int = 1) -> Query:
    """Ask for the identification objects from this one on (1.1b3, section 6.21).

    Args:
        object_id: The first object: 0 vendor name, 1 product code, 2 revision, 4 product name ...
        access: 1 for the basic objects, 2 for the regular ones.
    """
    return Query(bytes((ENCAPSULATED, 0x0E, access, object_id)), 0, bytes((ENCAPSULATED, 0x0E)))


def report_server_id() -> Query:
    """Ask for the device's own description (1.1b3, section 6.13)."""
    return Query(bytes((REPORT_SERVER_ID,)), 0, bytes((REPORT_SERVER_ID,)))


def data_of(answer: bytes) -> bytes:
    """Return the data of the answer to a `read`; of an exception, raise it.

    Raises:
        DeviceError: The device refused.
    """
    raise_exception(answer)
    return answer[2:]


def is_exception(answer: bytes) -> bool:
    """Tell whether the PDU of an answer is an exception."""
    return bool(answer[0] & EXCEPTION_FLAG)


def raise_exception(answer: bytes) -> None:
    """Raise what an answer says if it is an exception.

    Raises:
        DeviceError: It is one.
    """
    if is_exception(answer):
        raise DeviceError(answer[1])
