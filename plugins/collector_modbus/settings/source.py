"""What a ``[[source]]`` of the kind ``modbus`` takes."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from collector import ConfigModel, Duration, MetricId
from collector_modbus.registers.types import TYPES
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.simulate import AddressRange, SimulateSettings

_MAX_SERIAL_UNIT = 247


class GroupSettings(ConfigModel):
    """A ``[[source.group]]``: points that are read together at an interval of their own."""

    name: str = Field(min_length=1)
    """The name that points refer to."""

    interval: Duration = Field(gt=0)
    """How often it is read."""

    metrics: list[str] = Field(default_factory=list)
    """Metrics of the profile that belong to it, by shell patterns: ``["power*", "voltage_l?"]``."""


class InvalidCodes(ConfigModel):
    """Raw codes that mean "no value", by type, for all points without codes of their own."""

    uint16: list[int] = Field(default_factory=list)
    """Of unsigned 16-bit values."""

    int16: list[int] = Field(default_factory=list)
    """Of signed 16-bit values, as unsigned codes: ``[0x8000]``."""

    uint32: list[int] = Field(default_factory=list)
    """Of unsigned 32-bit values."""

    int32: list[int] = Field(default_factory=list)
    """Of signed 32-bit values, as unsigned codes."""

    uint64: list[int] = Field(default_factory=list)
    """Of unsigned 64-bit values."""

    int64: list[int] = Field(default_factory=list)
    """Of signed 64-bit values, as unsigned codes."""

    float32: list[int] = Field(default_factory=list)
    """Of 32-bit floats, as bit patterns; what is not a number is none in any case."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in type(self).model_fields:
            bits = TYPES[name].bits
            wrong = [code for code in self.of(name) if not 0 <= code < 2**bits]
            if wrong:
                right = f"write {wrong[0] % 2**bits:#x}"
                raise ValueError(f"{name}: {wrong[0]} is no unsigned code of {bits} bits: {right}")
        return self

    def of(self, type_name: str) -> list[int]:
        """Return the codes of a type; none for types that have none here."""
        codes = getattr(self, type_name, None)
        return codes if isinstance(codes, list) else []


class ModbusSettings(ConfigModel):
    """The keys of a Modbus device."""

    link: LinkSettings
    """Where it is: ``{ type = "tcp", host = "..." }``, ``{ type = "rtu", port = "..." }``, ..."""

    unit_id: int = Field(default=1, ge=0, le=255)
    """Its address: 1 to 247 on a serial line; gateways pass it on."""

    profile: str = ""
    """A device of the library: ``collector modbus profiles`` lists them."""

    profile_file: Path | None = None
    """A profile of your own, in place of one of the library."""

    include: list[str] = Field(default_factory=lambda: ["*"])
    """Which metrics of the profile to read, by shell patterns."""

    exclude: list[str] = Field(default_factory=list)
    """Which of those to leave out."""

    points: list[PointSettings] = Field(default_factory=list, alias="point")
    """Points of its own, also in addition to the profile's; the same metric replaces that one."""

    groups: list[GroupSettings] = Field(default_factory=list, alias="group")
    """Points that are read at intervals of their own."""

    invalid: InvalidCodes = InvalidCodes()
    """Codes that mean "no value", by type."""

    max_registers: int = Field(default=125, ge=1, le=125)
    """How many registers the device gives at once."""

    max_bits: int = Field(default=2000, ge=1, le=2000)
    """How many coils or discrete inputs the device gives at once."""

    holes: list[AddressRange] = Field(default_factory=list)
    """Addresses that must never be read, not even in passing."""

    simulate: SimulateSettings = SimulateSettings()
    """What the simulated device does wrong; only for ``--simulate``."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.profile and self.profile_file:
            raise ValueError("profile and profile_file exclude each other")
        if not (self.profile or self.profile_file or self.points):
            raise ValueError("needs a profile, a profile_file or a [[source.point]]")
        if isinstance(self.link, SerialLink):
            self._check_serial(self.link)
        _check_once("point", [point.metric for point in self.points])
        _check_once("group", [group.name for group in self.groups])
        return self

    def _check_serial(self, link: SerialLink) -> None:
        if not 1 <= self.unit_id <= _MAX_SERIAL_UNIT:
            raise ValueError(f"unit_id: must be 1 to 247 on a serial line, got {self.unit_id}")
        if link.type == "rtu" and link.bytesize != 8:  # noqa: PLR2004 - bits of a byte
            raise ValueError('link: type "rtu" needs bytesize = 8')


def _check_once(what: str, names: list[MetricId]) -> None:
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise ValueError(f"{what}: {twice!r} is there twice")
