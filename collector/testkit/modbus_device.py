"""A Modbus TCP device on the loopback, whose registers a test sets.

It is of our own: the simulated devices of pymodbus lay out every register at their start, which
takes seconds for a whole table, and hold bits as words.
"""

import contextlib
import socketserver
import struct
from collections.abc import Mapping, Sequence
from typing import Self

from collector.testkit.serving import Serving

_HEADER = struct.Struct(">HHHB")
_READS = (1, 2, 3, 4)
_WRITE_COIL, _WRITE_WORD, _WRITE_COILS, _WRITE_WORDS = 5, 6, 15, 16
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2
_EXCEPTION = 0x80
_ON = 0xFF00


class FakeModbusDevice:
    """A device behind a TCP port. Addresses that were not set are refused (exception 2).

    A test may change the tables at any time; what a client writes stands in them as well. Usable in
    a ``with``, which closes it.

    Args:
        unit_id: The unit that answers; requests to others are met with silence.

    Attributes:
        host: Where it listens.
        port: At which port.
        holding: Words by address; function codes 3, 6 and 16.
        input: Words by address; function code 4.
        coils: Bits by address; function codes 1, 5 and 15.
        discrete: Bits by address; function code 2.
        requests: What was asked so far: function code, first address, count.
        is_silent: Whether it answers nothing, as a device without power.
    """

    def __init__(self, unit_id: int = 1) -> None:
        self.unit_id = unit_id
        self.holding: dict[int, int] = {}
        self.input: dict[int, int] = {}
        self.coils: dict[int, bool] = {}
        self.discrete: dict[int, bool] = {}
        self.requests: list[tuple[int, int, int]] = []
        self.is_silent = False
        self._server = _Server(self)
        self.host, self.port = self._server.server_address[:2]
        self._server.begin("modbus device")

    def set_float(self, address: int, value: float, *, table: dict[int, int] | None = None) -> None:
        """Put a float of 32 bits, high word first, into two words; of `holding` by default."""
        words = struct.unpack(">HH", struct.pack(">f", value))
        (self.holding if table is None else table).update(enumerate(words, start=address))

    def answer(self, pdu: bytes) -> bytes:
        """Return what answers a request, both without unit id and check (1.1b3, section 6)."""
        function, (address, word) = pdu[0], struct.unpack(">HH", pdu[1:5].ljust(4, b"\0"))
        is_single = function in (_WRITE_COIL, _WRITE_WORD)
        self.requests.append((function, address, 1 if is_single else word))
        if function in _READS:
            return self._read(function, address, word)
        if not is_single and function not in (_WRITE_COILS, _WRITE_WORDS):
            return bytes((function | _EXCEPTION, _ILLEGAL_FUNCTION))
        self._write(function, address, word, pdu[6:])
        return pdu[:5]

    def close(self) -> None:
        """End it, and every connection. May be called twice."""
        self._server.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, function: int, address: int, count: int) -> bytes:
        bits = {1: self.coils, 2: self.discrete}
        words = {3: self.holding, 4: self.input}
        table: Mapping[int, int] = bits[function] if function in bits else words[function]
        try:
            found = [table[each] for each in range(address, address + count)]
        except KeyError:
            return bytes((function | _EXCEPTION, _ILLEGAL_ADDRESS))
        data = _packed(found) if function in bits else struct.pack(f">{count}H", *found)
        return bytes((function, len(data))) + data

    def _write(self, function: int, address: int, word: int, data: bytes) -> None:
        if function == _WRITE_COIL:
            self.coils[address] = word == _ON
        elif function == _WRITE_WORD:
            self.holding[address] = word
        elif function == _WRITE_WORDS:
            words = struct.unpack(f">{word}H", data)
            self.holding.update(enumerate(words, start=address))
        else:
            bits = [bool(data[n // 8] >> n % 8 & 1) for n in range(word)]
            self.coils.update(enumerate(bits, start=address))


class _Server(Serving):
    def __init__(self, device: FakeModbusDevice) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.device = device


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # it has gone
            while len(header := self.rfile.read(_HEADER.size)) == _HEADER.size:
                transaction, _, length, unit = _HEADER.unpack(header)
                self._answer(transaction, unit, self.rfile.read(length - 1))

    def _answer(self, transaction: int, unit: int, pdu: bytes) -> None:
        device = self.server.device
        if device.is_silent or unit != device.unit_id:
            return
        answer = device.answer(pdu)
        self.wfile.write(_HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer)


def _packed(bits: Sequence[int]) -> bytes:
    whole = sum(bool(bit) << number for number, bit in enumerate(bits))
    return whole.to_bytes((len(bits) + 7) // 8, "little")
