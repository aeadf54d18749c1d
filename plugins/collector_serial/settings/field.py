"""One value of a frame: where it stands, what it means, and in which unit."""

from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, MetricId, ValueType

NumberFormat = Literal[
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint24",
    "int24",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float32",
    "float64",
    "bcd",
    "text",
]

_WORD_BYTES = 2


class FieldSettings(ConfigModel):
    """A ``[[source.field]]``, or a ``[[field]]`` of a format."""

    metric: MetricId
    """The metric id of its values."""

    name: str = ""
    """What people read; the metric id when left out."""

    key: str = ""
    """What the format calls it: a group, column, key, JSON path or OBIS code; the metric id when
    left out."""

    unit: str = ""
    """The unit that the device gives. Known ones, such as kWh or hPa, are converted to the agent's.
    """

    type: ValueType | None = None
    """Of a field without a unit of the agent: double, integer, bool or string."""

    scale: float = 1.0
    """The raw value is multiplied by this, then the offset is added; before any unit."""

    offset: float = 0.0
    """Added after the scale."""

    at: int | None = Field(default=None, ge=-4096, le=4096)
    """Of a binary frame: the first byte; negative from the end."""

    format: NumberFormat = "uint8"
    """Of a binary frame or Modbus registers: how the bytes are understood."""

    length: int | None = Field(default=None, ge=1, le=256)
    """Of bcd and text: how many bytes."""

    order: Literal["big", "little"] = "big"
    """The order of its bytes."""

    word_order: Literal["big", "little"] = "big"
    """The order of 16-bit words in a longer number whose bytes are in big order."""

    bit: int | None = Field(default=None, ge=0, lt=64)
    """Take this bit alone, 0 being the least significant: true or false."""

    mask: int | None = Field(default=None, ge=1, lt=2**64)
    """Take the bits that are set here, moved down to bit 0."""

    invalid: list[float] = Field(default_factory=list)
    """Raw values that mean "no value"."""

    minimum: float | None = None
    """A value below this is none."""

    maximum: float | None = None
    """A value above this is none."""

    enum: dict[str, str] = Field(default_factory=dict)
    """Texts for raw values: ``{ 0 = "off", 1 = "on" }``; a value without one is given as it is."""

    unit_id: int | None = Field(default=None, ge=0, le=247)
    """Of a sniffed Modbus line: the unit that is asked; any when left out."""

    function: Literal[1, 2, 3, 4] = 3
    """Of a sniffed Modbus line: the function code of the request."""

    address: int | None = Field(default=None, ge=0, le=65_535)
    """Of a sniffed Modbus line: the first register, 0-based, as on the wire."""

    @property
    def source_key(self) -> str:
        """What the format calls it."""
        return self.key or self.metric

    @property
    def size(self) -> int:
        """How many bytes it takes in a binary frame."""
        digits = self.format.lstrip("abcdefghijklmnopqrstuvwxyz")
        return int(digits) // 8 if digits else self.length or 1

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.format in {"bcd", "text"} and self.at is not None and self.length is None:
            raise ValueError(f"length: is needed for {self.format}")
        if self.enum and self.unit:
            raise ValueError("unit: a field with texts has none")
        self._check_bits()
        self._check_order()
        return self

    def _check_bits(self) -> None:
        if self.bit is not None and self.mask is not None:
            raise ValueError("bit and mask exclude each other")
        highest = self.bit if self.mask is None else self.mask.bit_length() - 1
        if highest is None:
            return
        name = "bit" if self.mask is None else "mask"
        if "int" not in self.format:
            raise ValueError(f"{name}: {self.format} has no bits to take")
        if highest >= 8 * self.size:
            raise ValueError(f"{name}: {self.format} has only the bits 0 to {8 * self.size - 1}")

    def _check_order(self) -> None:
        if self.word_order == "big":
            return
        if self.order == "little":
            raise ValueError("word_order: little has a meaning with order = big alone")
        if self.size % _WORD_BYTES:
            raise ValueError(f"word_order: {self.format} is not made of 16-bit words")
