"""The three frames that carry a PDU: MBAP in networks, RTU and ASCII on serial lines."""

import struct
from binascii import unhexlify
from dataclasses import dataclass
from typing import Protocol

from collector_modbus.protocol.checksums import crc16, lrc8
from collector_modbus.protocol.lengths import answer_length

MAX_PDU_BYTES = 253


@dataclass(frozen=True, slots=True)
class Frame:
    """A sound frame, taken out of a stream.

    Attributes:
        unit_id: Who sent it.
        pdu: What it says: at least a function code and one byte.
        transaction_id: Of MBAP frames; None in the others.
    """

    unit_id: int
    pdu: bytes
    transaction_id: int | None = None


class OutOfStepError(Exception):
    """What comes is no such frame, and nothing tells where the next one begins."""


class Framing(Protocol):
    """Puts PDUs into frames, and finds frames in what comes."""

    has_transaction_ids: bool
    """Whether an answer names the request that it belongs to."""

    def encode(self, unit_id: int, pdu: bytes, transaction_id: int) -> bytes:
        """Return the frame of a request."""
        ...

    def take(self, buffer: bytearray, *, is_over: bool = False) -> Frame | None:
        """Take the first sound frame out of the buffer, with whatever stands before it.

        Args:
            buffer: What has come.
            is_over: Nothing more comes for now, so that nothing is to be waited for.

        Returns:
            None while there is none; bytes that can still become one stay in the buffer.

        Raises:
            OutOfStepError: None can ever be found in this stream again.
        """
        ...


class Mbap:
    """The header of Modbus TCP (Messaging on TCP/IP Implementation Guide 1.0b, section 3.1.3)."""

    has_transaction_ids = True
    _header = struct.Struct(">HHHB")

    def encode(self, unit_id: int, pdu: bytes, transaction_id: int) -> bytes:
        """See `Framing`."""
        return self._header.pack(transaction_id, 0, len(pdu) + 1, unit_id) + pdu

    def take(self, buffer: bytearray, *, is_over: bool = False) -> Frame | None:
        """See `Framing`."""
        del is_over
        end = self._end(buffer, 0)
        if end > len(buffer):
            return None
        if end < len(buffer):  # one that was cut off takes its end from the next one's beginning
            self._end(buffer, end)
        transaction_id, _, _, unit_id = self._header.unpack_from(buffer)
        pdu = bytes(buffer[self._header.size : end])
        del buffer[:end]
        return Frame(unit_id, pdu, transaction_id)

    def _end(self, buffer: bytearray, start: int) -> int:
        """Return where the frame ends that begins here; a whole header on if that has not come."""
        if len(buffer) < start + self._header.size:
            return start + self._header.size
        protocol: int
        length: int
        _, protocol, length, _ = self._header.unpack_from(buffer, start)
        if protocol != 0 or not 3 <= length <= MAX_PDU_BYTES + 1:  # noqa: PLR2004 - unit, function, a byte
            raise OutOfStepError("what comes is no Modbus TCP")
        return start + 6 + length


class Rtu:
    """Binary frames with a CRC (Modbus over Serial Line 1.02, section 2.5.1).

    Nothing in the bytes tells where a frame begins, so one is looked for at every place: its length
    follows from its function code, and its CRC has to be right. Of 65536 places in the data of a
    frame one looks like a sound frame. So what may lie within an unfinished one has to wait until
    nothing more comes, unless it is of the same unit: an echo of a request looks unfinished, too.
    """

    has_transaction_ids = False
    _least = 5
    _most = 256

    def encode(self, unit_id: int, pdu: bytes, transaction_id: int) -> bytes:
        """See `Framing`."""
        del transaction_id
        frame = bytes((unit_id,)) + pdu
        return frame + crc16(frame).to_bytes(2, "little")

    def take(self, buffer: bytearray, *, is_over: bool = False) -> Frame | None:
        """See `Framing`."""
        around: int | None = None
        for start in range(len(buffer) - self._least + 1):
            size = answer_length(buffer, start + 1)
            end = start + 1 + size + 2
            if not size or around not in (None, buffer[start]):
                continue
            if end > len(buffer):
                around = None if is_over else buffer[start]
                continue
            body = bytes(buffer[start : end - 2])
            if crc16(body) == int.from_bytes(buffer[end - 2 : end], "little"):
                del buffer[:end]
                return Frame(body[0], body[1:])
        if len(buffer) > self._most:
            del buffer[: -self._most]
        return None


class Ascii:
    """Hexadecimal lines with an LRC (Modbus over Serial Line 1.02, section 2.5.2)."""

    has_transaction_ids = False
    _most = 513
    _least = 4

    def encode(self, unit_id: int, pdu: bytes, transaction_id: int) -> bytes:
        """See `Framing`."""
        del transaction_id
        body = bytes((unit_id,)) + pdu
        return b":" + (body + bytes((lrc8(body),))).hex().upper().encode("ascii") + b"\r\n"

    def take(self, buffer: bytearray, *, is_over: bool = False) -> Frame | None:
        """See `Framing`."""
        del is_over
        while (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[:end])
            del buffer[: end + 1]
            _, colon, digits = line.rpartition(b":")
            frame = self._frame(digits.rstrip(b"\r")) if colon else None
            if frame is not None:
                return frame
        if len(buffer) > self._most:
            del buffer[: -self._most]
        return None

    def _frame(self, digits: bytes) -> Frame | None:
        try:
            body = unhexlify(digits)  # takes no blanks, as bytes.fromhex does
        except ValueError:
            return None
        if len(body) < self._least or lrc8(body) != 0:
            return None
        return Frame(body[0], body[1:-1])
