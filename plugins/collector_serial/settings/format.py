"""A format: a data file that says how a kind of device is talked to."""

from typing import Literal

from pydantic import Field

from collector_serial.settings.octets import Octets
from collector_serial.settings.recipe import Recipe

DecoderName = Literal[
    "binary",
    "csv",
    "es51922",
    "json",
    "kern",
    "key-value",
    "mbus",
    "modbus-sniff",
    "mt-sics",
    "nmea",
    "number",
    "obis",
    "regex",
    "sbi",
    "scpi",
    "sml",
    "teleinfo",
]

DialogueName = Literal["", "iec62056-21", "mbus"]


class FormatSettings(Recipe):
    """A file of ``formats/``, or one of the user's own."""

    summary: str = Field(min_length=1)
    """What it is, in one line."""

    decode: DecoderName
    """What turns a frame into values."""

    dialogue: DialogueName = ""
    """How the device is asked, where that is more than a request and an answer."""

    template: Octets = ""
    """Of binary frames: what stands in a simulated frame besides the fields and the check."""
