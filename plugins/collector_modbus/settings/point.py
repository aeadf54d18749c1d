"""One point: a value of the device, where it lies and how it is to be understood."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, Metric, MetricId, ValueType, ValueUnit
from collector_modbus.registers.table import ADDRESSES, Block, Span, Table
from collector_modbus.registers.types import TYPES, Kind, ValueFormat

TypeName = Literal[
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float16",
    "float32",
    "float64",
    "bcd16",
    "bcd32",
    "bcd64",
    "string",
]
Order = Literal["big", "little"]

_MAX_BITS = 64
_OF_REGISTERS = (
    *("address", "type", "count", "bit", "bits", "mask", "enum", "flags"),
    *("scale_register", "invalid"),
)
_NUMBER = re.compile("-?[0-9]+")


class PointSettings(ConfigModel):
    """A ``[[source.point]]``, or a ``[[point]]`` of a profile."""

    metric: MetricId
    """The metric id of its values."""

    name: str = ""
    """What people read; the metric id when left out."""

    register_table: Table = Field(default=Table.HOLDING, alias="register")
    """The table: coil, discrete, input or holding."""

    address: int | None = Field(default=None, ge=0, lt=ADDRESSES)
    """The first address, 0-based, as on the wire (40001 in a manual is often 0 here)."""

    type: TypeName | None = None
    """How the bits are understood; uint16 when left out, bool for coils and discrete inputs."""

    count: int | None = Field(default=None, ge=1, le=125)
    """How many registers it takes; needed for a string, else it follows from the type."""

    byte: Literal["high", "low"] = "low"
    """Which half of the register holds an int8 or uint8."""

    word_order: Order = "big"
    """Of values of several registers: big when the first register is the most significant."""

    byte_order: Order = "big"
    """Inside each register: big, as the protocol says, or little for devices that swap bytes."""

    bit: int | None = Field(default=None, ge=0, lt=_MAX_BITS)
    """Take this bit alone, 0 being the least significant: true or false."""

    bits: tuple[int, int] | None = None
    """Take the bits from the first to the second, both included: ``[4, 7]``."""

    mask: int | None = Field(default=None, ge=1, lt=2**_MAX_BITS)
    """Take the bits that are set here, moved down to bit 0: ``0x0FF0``."""

    enum: dict[str, str] = Field(default_factory=dict)
    """Texts for codes: ``{ 0 = "off", 1 = "on" }``; a code without one gives its number."""

    flags: dict[str, str] = Field(default_factory=dict)
    """Names of bits: ``{ 0 = "overload", 3 = "door" }``; gives those that are set, comma-separated.
    """

    scale: float = 1.0
    """The raw value is multiplied by this, then the offset is added."""

    offset: float = 0.0
    """Added after the scale."""

    scale_register: int | None = Field(default=None, ge=0, lt=ADDRESSES)
    """The address of a SunSpec scale factor in the same table: the value is times ten to its power.
    """

    sum: list[str] = Field(default_factory=list)
    """In place of an address: the metrics to add up, ``-`` before one subtracts it."""

    invalid: list[int] = Field(default_factory=list)
    """Raw codes, as unsigned numbers, that mean "no value": ``[0x8000]``."""

    minimum: float | None = None
    """A value below this is none, and counted."""

    maximum: float | None = None
    """A value above this is none, and counted."""

    value_unit: ValueUnit | None = None
    """One of the agent's units, which the scaled value then has to be in."""

    value_type: ValueType | None = None
    """Of a metric without value_unit: double, integer, bool or string; follows from the type."""

    annotation: str = ""
    """The unit for people, of a metric without value_unit."""

    group: str = ""
    """The group that reads it; none when it is read at the source's interval."""

    hidden: bool = False
    """Read it for a sum only, and publish nothing."""

    @property
    def format(self) -> ValueFormat:
        """What its type is made of."""
        return TYPES[self.type_name]

    @property
    def type_name(self) -> str:
        """The type, also where it was left out."""
        return self.type or ("bool" if self.register_table.holds_bits else "uint16")

    @property
    def block(self) -> Block | None:
        """Where it lies; None for a sum."""
        if self.address is None:
            return None
        count = 1 if self.register_table.holds_bits else self.count or self.format.registers
        return Block(self.register_table, Span(self.address, count))

    @property
    def scale_block(self) -> Block | None:
        """Where its scale factor lies; None if it has none."""
        if self.scale_register is None:
            return None
        return Block(self.register_table, Span(self.scale_register, 1))

    @property
    def is_scaled(self) -> bool:
        """Whether its raw value is not its value."""
        return self.scale != 1.0 or self.offset != 0.0 or self.scale_register is not None

    @property
    def terms(self) -> list[tuple[str, int]]:
        """The metrics of a sum, each with 1 or -1."""
        return [(term.lstrip("-"), -1 if term.startswith("-") else 1) for term in self.sum]

    @property
    def metric_type(self) -> ValueType:
        """What its values are on the wire to the agent."""
        if self.value_unit is not None:
            return ValueType.DOUBLE
        if self.value_type is not None:
            return self.value_type
        if self.enum or self.flags or (self.format.kind is Kind.TEXT and not self.sum):
            return ValueType.STRING
        is_flag = self.bit is not None or (self.format.kind is Kind.BOOL and not self.sum)
        return ValueType.BOOL if is_flag else ValueType.DOUBLE

    def as_metric(self) -> Metric:
        """Return what the agent learns of it."""
        if self.value_unit is not None:
            return Metric(id=self.metric, name=self.name, unit=self.value_unit)
        kind = self.metric_type
        return Metric(id=self.metric, name=self.name, type=kind, annotation=self.annotation)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if problem := _problem(self):
            raise ValueError(problem)
        return self


def _problem(point: PointSettings) -> str:
    """Return what makes a point impossible, with what would be right; empty if nothing does."""
    checks = (_place_problem, _type_problem, _selection_problem, _value_problem)
    return next((problem for check in checks if (problem := check(point))), "")


def _place_problem(point: PointSettings) -> str:
    if point.sum:
        given = (key for key in _OF_REGISTERS if getattr(point, key) not in (None, [], {}))
        return next((f"a sum takes no {key}" for key in given), "")
    if point.address is None:
        return "address is missing (or sum, for a point that is computed)"
    block = point.block
    if block is not None and block.span.end > ADDRESSES:
        return f"{point.type_name} at {point.address} ends behind the last address, 65535"
    return ""


def _type_problem(point: PointSettings) -> str:
    if point.register_table.holds_bits:
        if point.type_name != "bool":
            return f'a {point.register_table} holds single bits: type must be "bool"'
        has_parts = point.count or point.scale_register is not None or point.flags
        return "a single bit takes no count, scale_register or flags" if has_parts else ""
    if point.format.kind is Kind.TEXT:
        return "" if point.count else "count is missing: how many registers the string takes"
    needed = point.format.registers
    if point.count is not None and point.count != needed and not point.sum:
        return f"{point.type_name} takes {needed} registers, not {point.count}: leave count out"
    return ""


def _selection_problem(point: PointSettings) -> str:
    chosen = [key for key in ("bit", "bits", "mask") if getattr(point, key) is not None]
    if len(chosen) > 1:
        return f"{chosen[0]} and {chosen[1]} exclude each other"
    if point.enum and point.flags:
        return "enum and flags exclude each other"
    needs_integer = chosen or [key for key in ("enum", "flags") if getattr(point, key)]
    is_integer = point.format.kind in (Kind.UNSIGNED, Kind.SIGNED)
    if needs_integer and not is_integer and not point.register_table.holds_bits:
        return f"{needs_integer[0]} needs an integer type, not {point.type_name}"
    width = 1 if point.register_table.holds_bits else point.format.bits
    return _width_problem(point, width)


def _width_problem(point: PointSettings, width: int) -> str:
    highest = [point.bit if point.bit is not None else 0, *(point.bits or ())]
    if point.mask is not None:
        highest.append(point.mask.bit_length() - 1)
    if width and max(highest) >= width:
        return f"bit {max(highest)} is outside of a {point.type_name}, which has {width}"
    if point.bits is not None and not 0 <= point.bits[0] <= point.bits[1]:
        return "bits must name the lower bit first"
    for key in (*point.enum, *point.flags):
        if not _NUMBER.fullmatch(key):
            return f"{key!r} is no number: enum and flags name codes and bits by number"
    outside = next((bit for bit in map(int, point.flags) if not 0 <= bit < width), None)
    if outside is not None:
        return f"flags: a {point.type_name} has the bits 0 to {width - 1}, not {outside}"
    return _invalid_problem(point, width)


def _invalid_problem(point: PointSettings, width: int) -> str:
    if point.invalid and not width:
        return "a text takes no invalid: codes are numbers"
    outside = next((code for code in point.invalid if not 0 <= code < 1 << width), None)
    if outside is None:
        return ""
    highest = f"{(1 << width) - 1:#x}"
    return f"invalid: a {point.type_name} has the codes 0 to {highest}, not {outside}"


def _value_problem(point: PointSettings) -> str:
    kind = point.metric_type
    if point.value_unit is not None and point.value_type not in (None, ValueType.DOUBLE):
        return "value_type must be left out with value_unit: those metrics hold doubles"
    if point.value_unit is not None and point.annotation:
        return "annotation must be left out with value_unit"
    is_text = point.enum or point.flags or (point.format.kind is Kind.TEXT and not point.sum)
    if is_text and (point.value_unit is not None or kind is not ValueType.STRING):
        return "its values are texts: leave value_unit and value_type out"
    if is_text and point.is_scaled:
        return "a text takes no scale, offset or scale_register"
    if is_text and (point.minimum is not None or point.maximum is not None):
        return "a text takes no minimum or maximum"
    if point.minimum is not None and point.maximum is not None and point.minimum > point.maximum:
        return "minimum is above maximum"
    return ""
