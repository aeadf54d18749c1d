"""The language of the files in ``devices/``: what to write, how long to wait, what the bytes mean.

Strings may hold ``{name}``: the value of an option, or what the chosen option stands for.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, MetricId, ValueType, ValueUnit
from collector_i2c.decode.fields import Order

ReasonName = Literal[
    "busy",
    "not_ready",
    "chip_id",
    "overflow",
    "range_invalid",
    "error_flag",
    "settings_lost",
    "stuck",
]


_FLOAT32_SIZE = 4


class Bits(ConfigModel):
    """Some bits of an answer."""

    at: int = Field(default=0, ge=0)
    """The first byte, from 0, CRCs not counted."""

    size: int = Field(default=1, ge=1, le=8)
    """How many bytes."""

    order: Order = "big"
    """Which byte comes first."""

    mask: int | None = Field(default=None, gt=0)
    """Which of the bits count; all when left out."""

    @model_validator(mode="after")
    def _check_mask(self) -> Self:
        if (self.mask or 0) >= 1 << 8 * self.size:
            raise ValueError(f"mask: {self.mask:#x} has more than {8 * self.size} bits")
        return self


class Condition(Bits):
    """Holds when some bits are a number, or when they are not."""

    equals: int | str | None = None
    """Holds if they are this."""

    differs: int | str | None = None
    """Holds if they are anything else."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.equals is None) == (self.differs is None):
            raise ValueError("needs either equals or differs")
        return self


class Refusal(Condition):
    """When an answer gives no value."""

    reason: ReasonName
    """What it is counted as."""


class ValueRow(Bits):
    """One value in an answer: ``(bits >> shift) * scale + offset``."""

    metric: MetricId
    """The metric's id."""

    name: str = ""
    """What people read."""

    unit: ValueUnit | None = None
    """A predefined unit."""

    annotation: str = ""
    """The unit for people, where there is no predefined one."""

    type: ValueType = ValueType.DOUBLE
    """The type of values without a predefined unit."""

    shift: int = Field(default=0, ge=0)
    """How many of the lowest bits do not belong to it."""

    bits: int | None = Field(default=None, ge=1)
    """How many bits it has after that; all that are left, by default."""

    signed: bool = False
    """Two's complement."""

    float32: bool = False
    """An IEEE 754 number of four bytes."""

    scale: float | str = 1.0
    """Factors as the data sheet has them: ``"175/65535"``, ``"{vref}/256"``."""

    offset: float = 0.0
    """What is added."""

    clamp: tuple[float, float] | None = None
    """What lies beyond, by the formula's nature, becomes the limit."""

    when: Condition | None = None
    """The answer holds this value only then."""

    @model_validator(mode="after")
    def _check_bits(self) -> Self:
        if self.float32 and (self.signed or self.shift or self.bits or self.mask):
            raise ValueError("float32: such a number is taken whole, and has its sign")
        if self.shift + (self.bits or 1) > 8 * self.size:
            raise ValueError(f"shift, bits: reach beyond the {8 * self.size} bits that there are")
        if self.clamp and self.clamp[0] >= self.clamp[1]:
            raise ValueError("clamp: the lower limit comes first")
        return self


class StepRow(ConfigModel):
    """Something to write, to wait for, to read."""

    write: str = ""
    """Bytes in hexadecimal."""

    wait: str = ""
    """How long to wait before the read: ``"8.3ms"``; none: one transaction with the write."""

    read: int = Field(default=0, ge=0, le=255)
    """How many bytes to read."""

    crc: Literal["", "words", "words-0", "frame", "pec"] = ""
    """A CRC behind each 16-bit word (initial value 0xFF, or 0), behind all bytes, or SMBus PEC."""

    only_if: Condition | None = None
    """Left out unless the answer before it fulfils this."""

    refuse: list[Refusal] = Field(default_factory=list)
    """When its answer gives no value."""

    looks: int = Field(default=1, ge=1)
    """How often to read until none of those holds."""

    look_again: str = "10ms"
    """How long to wait between."""

    values: list[ValueRow] = Field(default_factory=list, alias="value")
    """What its answer holds."""

    @property
    def payload_size(self) -> int:
        """How many bytes its answer has, CRCs not counted."""
        if self.crc.startswith("words"):
            return self.read // 3 * 2
        return self.read - 1 if self.crc else self.read

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.crc.startswith("words") and self.read % 3:
            raise ValueError(f"crc: {self.crc!r} needs three bytes a word, not {self.read} in all")
        if self.crc and not self.read:
            raise ValueError("crc: nothing is read")
        for bits in (*self.refuse, *self.values):
            size = _FLOAT32_SIZE if isinstance(bits, ValueRow) and bits.float32 else bits.size
            if bits.at + size > self.payload_size:
                raise ValueError(
                    f"at: byte {bits.at + size - 1} is beyond the answer of {self.payload_size}"
                )
        return self


class OptionRow(ConfigModel):
    """Something that users may set."""

    text: str
    """What it is."""

    default: str | float
    """What it is when left out."""

    choices: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What each choice stands for; without any, it is a number, and stands for itself."""


class Description(ConfigModel):
    """One file: a kind of chip."""

    title: str
    """Maker and types."""

    addresses: list[int] = Field(min_length=1)
    """Where it can be, the usual address first."""

    option: dict[str, OptionRow] = Field(default_factory=dict)
    """What users may set."""

    identify: list[StepRow] = Field(default_factory=list)
    """Tells what it is by reads alone."""

    identify_at_start: bool = True
    """Whether it is identified when a source opens it; a scan always does."""

    set_up: list[StepRow] = Field(default_factory=list)
    """Gives it its settings."""

    measure: list[StepRow] = Field(min_length=1)
    """Takes one reading."""

    patience_s: float = 10.0
    """How long it may go without a value before it is set up anew, and first after that."""

    interval_s: float | None = None
    """The only interval it can be read at."""

    skip_first: int = 0
    """How many readings after that are none yet: it warms up."""
