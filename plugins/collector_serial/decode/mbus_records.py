"""The records of an M-Bus telegram.

Source: EN 13757-3:2018, 6.3 (data information), 6.4 (value information), 6.4.5 (corrections).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector_serial.decode.binary import bcd
from collector_serial.decode.decoder import BadFrameError
from collector_serial.decode.mbus_units import EXTENDED, PRIMARY, Quantity, quantity_of_text

_MORE = 0x80
_FILLER = 0x2F
_MANUFACTURER, MORE_RECORDS = 0x0F, 0x1F
_PLAIN_TEXT = 0x7C
_VARIABLE = 0xD
_MAX_NUMBER_LENGTH = 0xBF
_INTEGERS: Mapping[int, int] = MappingProxyType({1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 8})
_FLOAT = 5
_DECIMALS: Mapping[int, int] = MappingProxyType({0x9: 1, 0xA: 2, 0xB: 3, 0xC: 4, 0xE: 6})
_MAX_EXTENSIONS = 10
_POWERS: Mapping[int, int] = MappingProxyType(
    {**{0x70 + step: step - 6 for step in range(8)}, 0x7D: 3}
)
"""Corrections by a power of ten; those before 0x78 are steps, 0x7D is a thousand."""
_MINUS = 0xF


@dataclass(frozen=True, slots=True)
class Record:
    """One value of a telegram.

    Attributes:
        function: 0 for the value of this moment, 1 maximum, 2 minimum, 3 during an error.
        storage: 0 for this moment, else a stored one.
        quantity: What it is; None if that is not known.
        value: The number before the power of ten; None if it is none.
    """

    function: int
    storage: int
    tariff: int
    subunit: int
    quantity: Quantity | None
    exponent: int
    value: float | None


class _Octets:
    """Takes bytes one after the other."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._place = 0

    def __bool__(self) -> bool:
        return self._place < len(self._octets)

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises:
            BadFrameError: There are not so many.
        """
        taken = self._octets[self._place : self._place + count]
        if len(taken) < count:
            raise BadFrameError("ends in a record")
        self._place += count
        return taken

    def one(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def extensions(self, first: int) -> list[int]:
        """Return the bytes that follow as long as their highest bit says so."""
        found: list[int] = []
        while first & _MORE:
            if len(found) == _MAX_EXTENSIONS:
                raise BadFrameError("has a record with too many extensions")
            first = self.one()
            found.append(first)
        return found


def records(octets: bytes) -> Iterator[Record]:
    """Give the records of a telegram, without its header.

    Raises:
        BadFrameError: One of them ends too soon.
    """
    stream = _Octets(octets)
    while stream:
        information = stream.one()
        if information == _FILLER:
            continue
        if information & 0xF == _MANUFACTURER:
            return  # what follows is the manufacturer's own
        yield _record(information, stream)


def has_more(octets: bytes) -> bool:
    """Tell whether the device has more records, which the next request gets."""
    stream = _Octets(octets)
    while stream:
        information = stream.one()
        if information & 0xF == _MANUFACTURER:
            return information == MORE_RECORDS
        if information != _FILLER:
            _record(information, stream)
    return False


def _record(information: int, stream: _Octets) -> Record:
    storage, tariff, subunit = information >> 6 & 1, 0, 0
    for place, extension in enumerate(stream.extensions(information)):
        storage |= (extension & 0xF) << (1 + 4 * place)
        tariff |= (extension >> 4 & 3) << (2 * place)
        subunit |= (extension >> 6 & 1) << place
    quantity, exponent = _value_information(stream)
    value = _value(information & 0xF, stream)
    return Record(information >> 4 & 3, storage, tariff, subunit, quantity, exponent, value)


def _value_information(stream: _Octets) -> tuple[Quantity | None, int]:
    """Return what a record is and its power of ten."""
    code = stream.one()
    if code & 0x7F == _PLAIN_TEXT:
        text = stream.take(stream.one())[::-1].decode("latin-1")
        quantity, corrections = quantity_of_text(text), stream.extensions(code)
    elif code in EXTENDED:
        first, *corrections = stream.extensions(code)
        quantity = EXTENDED[code].get(first & 0x7F)
    else:
        quantity, corrections = PRIMARY.get(code & 0x7F), stream.extensions(code)
    return _corrected(quantity, corrections)


def _corrected(quantity: Quantity | None, corrections: list[int]) -> tuple[Quantity | None, int]:
    exponent = quantity.exponent if quantity else 0
    for correction in corrections:
        code = correction & 0x7F
        if code in _POWERS:
            exponent += _POWERS[code]
        else:  # something that makes it another quantity: a limit, a phase, a duration
            return None, 0
    return quantity, exponent


def _value(coding: int, stream: _Octets) -> float | None:
    """Take the value of a record; None if it is no number."""
    if coding in _INTEGERS:
        return float(int.from_bytes(stream.take(_INTEGERS[coding]), "little", signed=True))
    if coding == _FLOAT:
        return float(struct.unpack("<f", stream.take(4))[0])
    if coding in _DECIMALS:
        return _decimal(stream.take(_DECIMALS[coding])[::-1])
    if coding == _VARIABLE:
        length = stream.one()
        stream.take(length if length <= _MAX_NUMBER_LENGTH else length & 0xF)
    return None


def _decimal(octets: bytes) -> float | None:
    """Return a number of decimal digits; an F in place of the first is a minus (Annex A)."""
    sign = -1.0 if octets[0] >> 4 == _MINUS else 1.0
    number = bcd(bytes((octets[0] & 0x0F,)) + octets[1:] if sign < 0 else octets)
    return None if number is None else sign * number
