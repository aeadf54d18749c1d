"""Where a frame begins and ends in the stream of bytes."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, Duration
from collector_serial.settings.octets import Octets, SomeOctets, octets

MAX_BYTES = 4096
"""No frame is longer unless the settings say so; what is longer is noise."""

_Size = Annotated[int, Field(ge=1, le=65_536)]


class LineFraming(ConfigModel):
    """Frames that end with a terminator."""

    type: Literal["lines"]
    """The framing."""

    terminator: SomeOctets = "\n"
    """What ends a line; carriage returns around it are taken off, and NULs too if the line has no
    parity, with which they stand for damage."""

    start: Octets = ""
    """What each line begins with; what stands before it on a line is dropped."""

    first_is_whole: bool = False
    """Believe that the first line after opening is not the rest of one. For lines with a check."""

    gap: Duration = Field(
        default=2.0, validate_default=False, gt=0, json_schema_extra={"default": "2s"}
    )
    """A longer pause inside a line means that its end is lost."""

    max_bytes: _Size = MAX_BYTES
    """A longer line is damaged."""


class DelimitedFraming(ConfigModel):
    """Frames between a start and an end, such as STX and ETX."""

    type: Literal["delimited"]
    """The framing."""

    start: SomeOctets
    """What a frame begins with."""

    end: SomeOctets
    """What a frame ends with."""

    tail_bytes: int = Field(default=0, ge=0, le=16)
    """How many bytes come after the end: a check."""

    tail_end: Octets = ""
    """In place of tail_bytes: the frame goes on up to this, which is taken off."""

    gap: Duration = Field(
        default=2.0, validate_default=False, gt=0, json_schema_extra={"default": "2s"}
    )
    """A longer pause inside a frame means that its end is lost."""

    max_bytes: _Size = MAX_BYTES
    """A longer frame is damaged."""


class MarkedFraming(ConfigModel):
    """Frames that begin with a pattern and have a fixed length, or say how long they are."""

    type: Literal["marked"]
    """The framing."""

    start: SomeOctets
    """What a frame begins with."""

    length: _Size | None = None
    """The bytes of a whole frame; left out where it says so itself."""

    length_at: int | None = Field(default=None, ge=1, le=64)
    """Where the length stands in the frame."""

    length_bytes: Literal[1, 2] = 1
    """How many bytes the length has."""

    length_order: Literal["big", "little"] = "big"
    """The order of its bytes."""

    length_add: int = Field(default=0, ge=-64, le=64)
    """What to add to it for the length of the whole frame."""

    also: Annotated[dict[str, Octets], Field(max_length=8)] = Field(default_factory=dict)
    """More bytes that stand fast: ``{ 3 = "h" }``; a negative place counts from the end."""

    gap: Duration = Field(
        default=0.5, validate_default=False, gt=0, json_schema_extra={"default": "500ms"}
    )
    """A longer pause inside a frame means that its end is lost."""

    max_bytes: _Size = MAX_BYTES
    """A frame that says it is longer is damaged."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.length is None) == (self.length_at is None):
            raise ValueError("either length or length_at is needed")
        for place, text in self.also.items():
            if not place.removeprefix("-").isdecimal():
                raise ValueError(f"also: {place!r} is no place in a frame, such as 3 or -1")
            self._check_place(int(place), len(octets(text)))
        if self.length is not None:
            self._check_length(self.length)
        return self

    def _check_length(self, length: int) -> None:
        if length <= len(octets(self.start)):
            raise ValueError(f"length: {length} leaves nothing behind the start")
        if length > self.max_bytes:
            raise ValueError(f"max_bytes: frames of {length} bytes are longer than that")

    def _check_place(self, place: int, size: int) -> None:
        length = self.max_bytes if self.length is None else self.length
        if not 0 <= (place if place >= 0 else place + length) <= length - size:
            raise ValueError(f"also: {place} is beyond a frame of {length} bytes")


class FixedFraming(ConfigModel):
    """Frames of one length without a mark; found by their check, or after a pause."""

    type: Literal["fixed"]
    """The framing."""

    length: _Size
    """The bytes of a frame."""

    gap: Duration = Field(
        default=0.1, validate_default=False, gt=0, json_schema_extra={"default": "100ms"}
    )
    """After a longer pause the next frame begins."""


class SilenceFraming(ConfigModel):
    """Frames that end when the line falls silent."""

    type: Literal["silence"]
    """The framing."""

    gap: Duration = Field(
        default=0.1, validate_default=False, ge=0.005, json_schema_extra={"default": "100ms"}
    )
    """How long the line has to be silent. USB adapters hold bytes back for up to 20 ms."""

    max_bytes: _Size = MAX_BYTES
    """A longer frame is damaged."""


class StuffedFraming(ConfigModel):
    """Frames between flags, in which flags are escaped, as in HDLC."""

    type: Literal["stuffed"]
    """The framing."""

    flag: Octets = "hex:7E"
    """The byte around each frame."""

    escape: Octets = "hex:7D"
    """The byte before one that was changed."""

    invert: int = Field(default=0x20, ge=1, le=0xFF)
    """The bits that are changed in the byte after it."""

    length: _Size | None = None
    """The bytes of a frame without flags and escapes, where all have the same."""

    gap: Duration = Field(
        default=0.5, validate_default=False, gt=0, json_schema_extra={"default": "500ms"}
    )
    """A longer pause inside a frame means that its end is lost."""

    max_bytes: _Size = MAX_BYTES
    """A longer frame is damaged."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, text in (("flag", self.flag), ("escape", self.escape)):
            if len(octets(text)) != 1:
                raise ValueError(f"{name}: has to be one byte")
        if octets(self.flag) == octets(self.escape):
            raise ValueError("escape: has to be another byte than the flag")
        return self


class SmlFraming(ConfigModel):
    """The transport of the Smart Message Language, with its own escapes and check."""

    type: Literal["sml"]
    """The framing."""

    gap: Duration = Field(
        default=0.5, validate_default=False, gt=0, json_schema_extra={"default": "500ms"}
    )
    """A longer pause inside a frame means that its end is lost."""

    max_bytes: _Size = MAX_BYTES
    """A longer frame is damaged."""


class ModbusRtuFraming(ConfigModel):
    """Requests and answers on a Modbus RTU line, told apart by their checks."""

    type: Literal["modbus-rtu"]
    """The framing."""

    gap: Duration = Field(
        default=0.1, validate_default=False, gt=0, json_schema_extra={"default": "100ms"}
    )
    """A longer pause inside a frame means that its end is lost."""


Framing = Annotated[
    LineFraming
    | DelimitedFraming
    | MarkedFraming
    | FixedFraming
    | SilenceFraming
    | StuffedFraming
    | SmlFraming
    | ModbusRtuFraming,
    Field(discriminator="type"),
]
"""The framing, told apart by its type."""
