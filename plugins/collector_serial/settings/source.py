"""The settings of a serial source."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from collector import Duration, load_data_file
from collector_serial.formats.catalogue import format_named
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.line import Rs485Settings
from collector_serial.settings.recipe import Recipe
from collector_serial.settings.simulate import SimulateSettings


class SerialSettings(Recipe):
    """What a ``[[source]]`` of kind ``serial`` takes."""

    port: str = Field(min_length=1)
    """The device node; names below /dev/serial/by-id stay the same after a reboot."""

    format: str = ""
    """The format, such as "nmea" or "csv"; `collector serial formats` lists them."""

    format_file: Path | None = None
    """In place of format: a data file of your own."""

    xonxoff: bool = False
    """Software flow control."""

    rtscts: bool = False
    """Hardware flow control."""

    exclusive: bool = True
    """Keep other programs from opening the port."""

    rs485: Rs485Settings | None = None
    """Let the driver switch the transmitter by RTS."""

    echo: bool = False
    """What is sent comes back first, as on a two-wire line that hears itself."""

    usb_serial_number: str = ""
    """Refuse any adapter but the one with this serial number."""

    response_timeout: Duration = Field(
        default=2.0, validate_default=False, gt=0, json_schema_extra={"default": "2s"}
    )
    """How long an answer may take."""

    retries: int = Field(default=1, ge=0, le=5)
    """How often a request is sent again after no answer or a damaged one, time permitting."""

    intervals: dict[str, Duration] = Field(default_factory=dict)
    """Groups of requests with an interval of their own."""

    address: int = Field(default=254, ge=0, le=254)
    """Of M-Bus: the primary address; 254 is whichever device is there."""

    device: str = Field(default="", max_length=32)
    """Of IEC 62056-21: the address of the meter; empty is whichever is there."""

    count_frames: bool = False
    """Publish with every reading how many frames were damaged, as damaged_frames."""

    only: list[str] = Field(default_factory=list)
    """Publish only these metrics, by shell patterns."""

    simulate: SimulateSettings = SimulateSettings()
    """How the simulated device behaves."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.format and self.format_file is not None:
            raise ValueError("either format or format_file, not both")
        if not self.format and self.format_file is None:
            raise ValueError(
                "needs a format ('collector serial formats' lists them), or else a format_file"
            )
        if self.format:
            format_named(self.format)
        grouped = {request.group for request in self.request}
        for group in self.intervals:
            if group not in grouped:
                raise ValueError(f"intervals: no request belongs to the group {group!r}")
        return self

    def load_format(self) -> FormatSettings:
        """Return the format; reads its data file.

        Raises:
            ConfigError: The user's file cannot be used.
        """
        if self.format_file is not None:
            return load_data_file(self.format_file, FormatSettings)
        return format_named(self.format)

    def recipe(self) -> FormatSettings:
        """Return the format with all that is said here in place of what it says."""
        said = {name: getattr(self, name) for name in Recipe.model_fields if self._says(name)}
        return self.load_format().model_copy(update=said)

    def _says(self, name: str) -> bool:
        return name in self.model_fields_set and getattr(self, name) is not None

    @property
    def key(self) -> str:
        """What names the link: the same for all who share the port."""
        return f"serial://{self.port}"
