"""The types that a point can have, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How the bits of a value are to be understood."""

    BOOL = "bool"
    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FLOAT = "float"
    BCD = "bcd"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """What a type's values are made of.

    Attributes:
        kind: How its bits are understood.
        bits: How many it has; 0 for text, whose length is the point's.
    """

    kind: Kind
    bits: int

    @property
    def registers(self) -> int:
        """How many registers it takes; 0 for text. Eight bits are half of one."""
        return (self.bits + 15) // 16


TYPES: Mapping[str, ValueFormat] = MappingProxyType(
    {
        "bool": ValueFormat(Kind.BOOL, 16),
        "uint8": ValueFormat(Kind.UNSIGNED, 8),
        "int8": ValueFormat(Kind.SIGNED, 8),
        "uint16": ValueFormat(Kind.UNSIGNED, 16),
        "int16": ValueFormat(Kind.SIGNED, 16),
        "uint32": ValueFormat(Kind.UNSIGNED, 32),
        "int32": ValueFormat(Kind.SIGNED, 32),
        "uint64": ValueFormat(Kind.UNSIGNED, 64),
        "int64": ValueFormat(Kind.SIGNED, 64),
        "float16": ValueFormat(Kind.FLOAT, 16),
        "float32": ValueFormat(Kind.FLOAT, 32),
        "float64": ValueFormat(Kind.FLOAT, 64),
        "bcd16": ValueFormat(Kind.BCD, 16),
        "bcd32": ValueFormat(Kind.BCD, 32),
        "bcd64": ValueFormat(Kind.BCD, 64),
        "string": ValueFormat(Kind.TEXT, 0),
    }
)
"""Every type by the name that the configuration uses."""
