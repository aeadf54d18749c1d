"""How the line is set, besides the name of the port."""

from typing import Literal

from pydantic import Field

from collector import ConfigModel, Duration

BAUDRATE = 9600
"""Taken where neither the user nor the format says one."""

CHECKED_PARITIES = frozenset({"E", "O"})
"""With these the driver gives a NUL in the place of a byte whose parity is wrong."""


class Rs485Settings(ConfigModel):
    """The driver of the adapter switches between sending and receiving by RTS."""

    rts_level_for_tx: bool = True
    """The level of RTS while sending."""

    rts_level_for_rx: bool = False
    """The level of RTS while receiving."""

    delay_before_tx: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """A pause between RTS and the first bit."""

    delay_before_rx: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """A pause between the last bit and RTS."""


class LineSettings(ConfigModel):
    """What a format may say about the line, and a user differently."""

    baudrate: int | None = Field(default=None, ge=50, le=4_000_000)
    """Bits per second; the format's when left out."""

    bytesize: Literal[5, 6, 7, 8] | None = None
    """Data bits; the format's when left out, else 8."""

    parity: Literal["N", "E", "O", "M", "S"] | None = None
    """None, even, odd, mark or space; the format's when left out, else none."""

    stopbits: Literal[1, 2] | None = None
    """Stop bits; the format's when left out, else 1."""

    dtr: bool | None = None
    """Set DTR high or low; some adapters take their power from it."""

    rts: bool | None = None
    """Set RTS high or low."""
