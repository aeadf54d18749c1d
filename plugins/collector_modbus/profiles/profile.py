"""A profile: what is known of a device, as data."""

from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, Duration
from collector_modbus.profiles import sums
from collector_modbus.profiles.signature import Signature
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.simulate import AddressRange
from collector_modbus.settings.source import InvalidCodes


class LinkHints(ConfigModel):
    """How the device is usually reached from the factory: for people and scans, not for sources."""

    baudrate: int | None = Field(default=None, ge=50, le=4_000_000)
    """Bits per second of its serial line."""

    parity: Literal["N", "E", "O"] | None = None
    """Parity of its serial line."""

    stopbits: Literal[1, 2] | None = None
    """Stop bits of its serial line."""

    unit_id: int | None = Field(default=None, ge=0, le=255)
    """Its address."""

    tcp_port: int | None = Field(default=None, ge=1, le=65535)
    """Its port in the network; none if it has only a serial line."""

    delay_after_connect: Duration | None = Field(default=None, ge=0)
    """The pause that it needs after a connection was made."""

    delay_between_requests: Duration | None = Field(default=None, ge=0)
    """The pause that it needs between two requests."""

    response_timeout: Duration | None = Field(default=None, gt=0)
    """How long it may take to begin its answer."""


class Profile(ConfigModel):
    """What the registers of a device mean: a file of the library, or one of the user's own."""

    vendor: str = Field(min_length=1)
    """Who makes it."""

    model: str = Field(min_length=1)
    """Which devices it fits."""

    source: str = ""
    """Where the table comes from."""

    verified: str = ""
    """How sure it is, in words."""

    note: str = ""
    """What one has to know to use it."""

    link: LinkHints = LinkHints()
    """How the device is usually reached."""

    max_registers: int = Field(default=125, ge=1, le=125)
    """How many registers it gives at once."""

    max_bits: int = Field(default=2000, ge=1, le=2000)
    """How many coils or discrete inputs it gives at once."""

    invalid: InvalidCodes = InvalidCodes()
    """Codes that mean "no value", by type."""

    holes: list[AddressRange] = Field(default_factory=list)
    """Addresses that must never be read, not even in passing."""

    identify: list[Signature] = Field(default_factory=list)
    """Ways to recognise the device, of which one is enough; none if it cannot be told from others.
    """

    points: list[PointSettings] = Field(min_length=1, alias="point")
    """Its values."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        metrics = [point.metric for point in self.points]
        for number, point in enumerate(self.points):
            if point.metric in metrics[:number]:
                raise ValueError(f"point: {point.metric!r} is there twice")
            if point.group:
                raise ValueError(
                    f"point {point.metric!r}: group is for sources, which choose by "
                    f'[[source.group]] metrics = ["{point.metric}"]'
                )
        if problem := sums.problem({point.metric: point for point in self.points}):
            raise ValueError(problem)
        return self
