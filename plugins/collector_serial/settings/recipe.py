"""All that tells how to talk to a device: what a format's data file and a source both say."""

from typing import Literal

from pydantic import Field

from collector_serial.settings.checksum import ChecksumSettings
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.framing import Framing
from collector_serial.settings.line import LineSettings
from collector_serial.settings.request import RequestSettings


class Recipe(LineSettings):
    """The line, the framing, the check, the fields and the requests."""

    framing: Framing | None = None
    """Where frames begin and end; the format's when left out."""

    checksum: ChecksumSettings | None = None
    """How a frame proves that it is whole; the format's when left out."""

    field: list[FieldSettings] = Field(default_factory=list)
    """The values of a frame. Meters and nmea give those that they know by themselves as well; of
    any other format, these are all. Scales, es51922 and mbus take none."""

    request: list[RequestSettings] = Field(default_factory=list)
    """What the device is asked; a device without requests talks by itself."""

    pattern: str = Field(default="", max_length=1000)
    """Of regex: the expression; each named group is a value."""

    columns: list[str] = Field(default_factory=list)
    """Of csv: the names of the columns; ``""`` for one that is not wanted."""

    separator: str = Field(default=",", min_length=1, max_length=8)
    """Of csv: what stands between columns. Of key-value: between pairs."""

    assign: str = Field(default="=", min_length=1, max_length=8)
    """Of key-value: what stands between a key and its value."""

    decimal_comma: bool = False
    """Numbers are written with a comma for the point."""

    encoding: Literal["ascii", "utf-8", "latin-1"] = "utf-8"
    """Of text: the encoding."""
