"""Frames and messages as the far end sees them, by pymodbus: the only import of it here.

The collector's own end has framing and messages of its own. This end is built on somebody else's,
so that a mistake of ours is not made on both ends and overlooked.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsResponse, ReadDiscreteInputsResponse
from pymodbus.pdu.diag_message import ReturnQueryDataResponse
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse
from pymodbus.pdu.other_message import ReportDeviceIdResponse
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
)

from collector_modbus.registers.table import Block, Span, Table

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
TARGET_FAILED_TO_RESPOND = 11

_DECODER = DecodePDU(True)  # noqa: FBT003 - pymodbus names it so: it decodes requests
_LOOPBACK = (8, 0)
_SERVER_ID = 17
_IDENTIFICATION = (0x2B, 0x0E)
_EXCEPTION_BIT = 0x80
_MIN_RTU_BYTES = 4
_MAX_RTU_BYTES = 256
_MIN_MBAP_BYTES = 8
_LENGTH_ENDS_AT = 6
_BASIC_CONFORMITY = 0x81
_REGULAR_CONFORMITY = 0x82
_LAST_BASIC_OBJECT = 2

_READ_TABLES: Mapping[int, Table] = {
    1: Table.COIL,
    2: Table.DISCRETE,
    3: Table.HOLDING,
    4: Table.INPUT,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One message with its envelope opened.

    Attributes:
        unit_id: Whom it is for, or who answers.
        pdu: The function code and what follows it, without checksum.
        transaction_id: Of Modbus TCP; 0 on a serial line.
    """

    unit_id: int
    pdu: bytes
    transaction_id: int = 0


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """Functions 1 to 4: read a block."""

    block: Block


@dataclass(frozen=True, slots=True)
class IdentificationQuery:
    """Function 43/14: read the device's identification."""

    read_code: int
    object_id: int


@dataclass(frozen=True, slots=True)
class ServerIdQuery:
    """Function 17: report the server id."""


@dataclass(frozen=True, slots=True)
class LoopbackQuery:
    """Function 8/0: send the same back."""

    text: bytes


@dataclass(frozen=True, slots=True)
class UnansweredQuery:
    """Whatever else: to be refused with this exception code."""

    code: int


Query = ReadQuery | IdentificationQuery | ServerIdQuery | LoopbackQuery | UnansweredQuery


def query_of(pdu: bytes) -> Query:
    """Understand a request."""
    padded = bytes(1) + pdu + bytes(3)  # the look-up expects a unit id before, and enough behind
    if not pdu or pdu[0] & _EXCEPTION_BIT or _DECODER.lookupPduClass(padded) is None:
        return UnansweredQuery(ILLEGAL_FUNCTION)
    message = _DECODER.decode(pdu)
    if message is None:
        return UnansweredQuery(ILLEGAL_VALUE)
    kind = (message.function_code, message.sub_function_code)
    if message.function_code in _READ_TABLES:
        span = Span(message.address, message.count)
        return ReadQuery(Block(_READ_TABLES[message.function_code], span))
    if kind == _IDENTIFICATION:
        return IdentificationQuery(*pdu[2:4])
    if kind == _LOOPBACK:
        return LoopbackQuery(pdu[3:])
    is_server_id = message.function_code == _SERVER_ID
    return ServerIdQuery() if is_server_id else UnansweredQuery(ILLEGAL_FUNCTION)


def read_answer(table: Table, items: Sequence[int]) -> bytes:
    """Return the PDU that answers a read: words of a register table, or bits as 0 and 1."""
    bits = [bool(item) for item in items]
    answers: Mapping[Table, ModbusPDU] = {
        Table.COIL: ReadCoilsResponse(bits=bits),
        Table.DISCRETE: ReadDiscreteInputsResponse(bits=bits),
        Table.HOLDING: ReadHoldingRegistersResponse(registers=items),
        Table.INPUT: ReadInputRegistersResponse(registers=items),
    }
    return _pdu(answers[table])


def exception_answer(function: int, code: int) -> bytes:
    """Return the PDU that refuses a request of this function."""
    return _pdu(ExceptionResponse(function, code))


def loopback_answer(text: bytes) -> bytes:
    """Return the PDU that sends a text back."""
    return _pdu(ReturnQueryDataResponse(message=text))


def server_id_answer(text: str) -> bytes:
    """Return the PDU with a server id, whose device is running."""
    return _pdu(ReportDeviceIdResponse(identifier=text.encode()))


def identification_answer(read_code: int, objects: Mapping[int, str]) -> bytes:
    """Return the PDU with as many of these objects as fit, and where to go on."""
    texts = {number: text.encode() for number, text in objects.items()}
    answer = ReadDeviceInformationResponse(read_code=read_code, information=texts)
    is_basic = max(objects) <= _LAST_BASIC_OBJECT
    answer.conformity = _BASIC_CONFORMITY if is_basic else _REGULAR_CONFORMITY
    return _pdu(answer)


def _pdu(message: ModbusPDU) -> bytes:
    return bytes([message.function_code]) + message.encode()


class Framing(ABC):
    """How messages lie in a stream of bytes.

    Attributes:
        is_serial: Whether it is one of serial lines: with a checksum, and no transaction id.
        rests_between_frames: Whether silence ends a frame.
    """

    is_serial = True
    rests_between_frames = False

    @abstractmethod
    def split(self, received: bytes) -> tuple[list[Frame], bytes]:
        """Return the whole requests in what was received, and what may be the start of another.

        Bytes that belong to no request are left out.
        """

    @abstractmethod
    def join(self, frame: Frame) -> bytes:
        """Return a message as it goes on the wire."""


class RtuFraming(Framing):
    """Binary, with a CRC; the length follows from the function."""

    rests_between_frames = True

    def __init__(self) -> None:
        self._framer = FramerRTU(_DECODER)

    def split(self, received: bytes) -> tuple[list[Frame], bytes]:
        """See `Framing`."""
        frames: list[Frame] = []
        start = offset = 0
        while offset + _MIN_RTU_BYTES <= len(received):
            size = self._size(received[offset:], is_all=offset == 0)
            if size:
                body = received[offset : offset + size - 2]
                frames.append(Frame(body[0], body[1:]))
                start = offset = offset + size
            else:
                offset += 1
        return frames, received[start:][-_MAX_RTU_BYTES:]

    def join(self, frame: Frame) -> bytes:
        """See `Framing`."""
        return self._framer.encode(frame.pdu, frame.unit_id, 0)

    def _size(self, received: bytes, *, is_all: bool) -> int:
        """Return the length of the request at the start; 0 if there is none, or not all of it."""
        kind = _DECODER.lookupPduClass(received)
        if kind is not None:
            size = kind.calculateRtuFrameSize(received)
        else:  # a function whose requests have no known length, so that only silence ends them
            size = len(received) if is_all else 0
        return size if self._is_sound(received, size) else 0

    def _is_sound(self, received: bytes, size: int) -> bool:
        if not _MIN_RTU_BYTES <= size <= len(received):
            return False
        checksum = int.from_bytes(received[size - 2 : size], "big")
        return self._framer.check_CRC(received[: size - 2], checksum)


class AsciiFraming(Framing):
    """Hexadecimal digits between a colon and a line end, with an LRC."""

    def __init__(self) -> None:
        self._framer = FramerAscii(_DECODER)

    def split(self, received: bytes) -> tuple[list[Frame], bytes]:
        """See `Framing`."""
        frames: list[Frame] = []
        while True:
            try:
                used, unit_id, _, pdu = self._framer.decode(received)
            except ValueError:  # a unit id that is no number
                return frames, b""
            received = received[used:]
            if not pdu:
                return frames, received
            frames.append(Frame(unit_id, pdu))

    def join(self, frame: Frame) -> bytes:
        """See `Framing`."""
        return self._framer.encode(frame.pdu, frame.unit_id, 0)


class MbapFraming(Framing):
    """The header of Modbus TCP, which has the length and a transaction id, and no checksum."""

    is_serial = False

    def __init__(self) -> None:
        self._framer = FramerSocket(_DECODER)

    def split(self, received: bytes) -> tuple[list[Frame], bytes]:
        """See `Framing`."""
        frames: list[Frame] = []
        while len(received) >= _MIN_MBAP_BYTES:
            if received[2:4] != bytes(2):  # no Modbus, and no telling where it would go on
                return frames, b""
            end = _LENGTH_ENDS_AT + int.from_bytes(received[4:6], "big")
            if len(received) < end:
                break
            # Given one byte more, pymodbus takes it into a frame with nothing but a function.
            _, unit_id, transaction_id, pdu = self._framer.decode(received[:end])
            received = received[end:]
            if pdu:
                frames.append(Frame(unit_id, pdu, transaction_id))
        return frames, received

    def join(self, frame: Frame) -> bytes:
        """See `Framing`."""
        return self._framer.encode(frame.pdu, frame.unit_id, frame.transaction_id)
