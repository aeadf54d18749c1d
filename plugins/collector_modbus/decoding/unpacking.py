"""Unpacks the raw values of whole blocks with few calls of `struct`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from struct import Struct, calcsize

from collector_modbus.decoding.fields import Field
from collector_modbus.decoding.missing import Missing
from collector_modbus.registers.table import Block

Raw = int | float | bytes
"""What `struct` makes of a field."""

_UNREAD = 0
"""The slot that always says so."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a raw value is found.

    Attributes:
        block: The number of the block that holds it.
        field: Where in that block.
    """

    block: int
    field: Field


class RawReader:
    """Finds the raw values of many places in the answers to a plan; compiled once per plan.

    Args:
        blocks: What the plan reads.
        places: Where each wanted value lies; None for one that no block covers.
    """

    def __init__(self, blocks: Sequence[Block], places: Sequence[Place | None]) -> None:
        slots: dict[Place, int] = {}
        self._blocks: list[_RegisterUnpacker | _BitUnpacker] = []
        for number, block in enumerate(blocks):
            unpacker = _unpacker(block, {p.field for p in places if p and p.block == number})
            for field in unpacker.fields:
                slots[Place(number, field)] = 1 + len(slots)
            self._blocks.append(unpacker)
        self._slots = [slots[place] if place else _UNREAD for place in places]

    def read(self, answers: Sequence[bytes | None]) -> list[Raw | Missing]:
        """Return one raw value per place, in their order.

        A float that is not a finite number is INVALID, what was not read is UNREAD.

        Args:
            answers: The data of each block, of exactly its length; None when it was not read.
        """
        raws: list[Raw | Missing] = [Missing.UNREAD]
        for block, data in zip(self._blocks, answers, strict=True):
            if data is None:
                raws += (Missing.UNREAD,) * len(block.fields)
            else:
                raws += block.unpack(data)
        return [raws[slot] for slot in self._slots]


def _unpacker(block: Block, fields: Iterable[Field]) -> "_RegisterUnpacker | _BitUnpacker":
    if block.table.holds_bits:
        return _BitUnpacker(sorted(fields))
    return _RegisterUnpacker(sorted(fields), block.data_bytes)


class _BitUnpacker:
    """Picks bits out of a block: eight to a byte, the lowest address in the lowest bit.

    Attributes:
        fields: Its fields, in the order in which they come out.
    """

    def __init__(self, fields: list[Field]) -> None:
        self.fields = fields
        self._bits = [divmod(field.offset, 8) for field in fields]

    def unpack(self, data: bytes) -> list[bool]:
        """Return each bit."""
        return [bool(data[byte] >> bit & 1) for byte, bit in self._bits]


class _RegisterUnpacker:
    """Unpacks the fields of a block of registers.

    Attributes:
        fields: Its fields, in the order in which they come out.
    """

    def __init__(self, fields: list[Field], data_bytes: int) -> None:
        layers = list(_layers(fields))
        self.fields = [field for layer in layers for field in layer]
        self._layers = [_Layer.of(layer, data_bytes) for layer in layers]
        self._needs_swap = any(layer.is_swapped for layer in self._layers)

    def unpack(self, data: bytes) -> list[Raw | Missing]:
        """Return the raw value of each field."""
        swapped = _swapped(data) if self._needs_swap else b""
        raws: list[Raw | Missing] = []
        for layer in self._layers:
            values = layer.format.unpack(swapped if layer.is_swapped else data)
            # A sum is finite only if all of its terms are: one test in place of many.
            if layer.is_float and not isfinite(sum(values)):
                values = tuple(value if isfinite(value) else Missing.INVALID for value in values)
            raws += values
        return raws


@dataclass(frozen=True, slots=True)
class _Layer:
    """Fields of a block that one `struct` format unpacks: alike in order, and not overlapping."""

    format: Struct
    is_swapped: bool
    is_float: bool

    @classmethod
    def of(cls, fields: Sequence[Field], data_bytes: int) -> "_Layer":
        """Compile the format of fields, in their order, with padding around them."""
        parts, end = ["<" if fields[0].is_little else ">"], 0
        for field in fields:
            parts.append(f"{field.offset - end}x{field.code}")
            end = _end(field)
        parts.append(f"{data_bytes - end}x")
        return cls(Struct("".join(parts)), fields[0].is_swapped, fields[0].is_float)


def _layers(fields: list[Field]) -> Iterable[list[Field]]:
    """Put fields into as few layers as they need."""

    def likeness(field: Field) -> tuple[bool, bool, bool]:
        return field.is_swapped, field.is_little, field.is_float

    for _, alike in groupby(sorted(fields, key=likeness), likeness):
        yield from _without_overlap(alike)


def _without_overlap(fields: Iterable[Field]) -> list[list[Field]]:
    """Put fields, ordered by offset, each into the first layer that ends before it."""
    layers: list[list[Field]] = []
    for field in fields:
        free = (layer for layer in layers if _end(layer[-1]) <= field.offset)
        layer = next(free, None)
        if layer is None:
            layers.append([field])
        else:
            layer.append(field)
    return layers


def _end(field: Field) -> int:
    return field.offset + calcsize(f">{field.code}")


def _swapped(data: bytes) -> bytes:
    """Swap the two bytes of each register."""
    swapped = bytearray(len(data))
    swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
    return bytes(swapped)
