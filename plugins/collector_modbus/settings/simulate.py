"""What a simulated device does wrong, for trying and testing."""

from typing import Self

from pydantic import Field, model_validator

from collector import ConfigModel, Duration
from collector_modbus.registers.table import ADDRESSES, Table


class AddressRange(ConfigModel):
    """Addresses of one table."""

    register_table: Table = Field(default=Table.HOLDING, alias="register")
    """The table."""

    first: int = Field(ge=0, lt=ADDRESSES)
    """The first address."""

    last: int = Field(ge=0, lt=ADDRESSES)
    """The last address."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last is {self.last}, below first, {self.first}")
        return self


class LateSettings(ConfigModel):
    """Answers that come late."""

    share: float = Field(default=1.0, ge=0, le=1)
    """Of all answers."""

    least: Duration = Field(
        default=0.0, validate_default=False, json_schema_extra={"default": "0s"}
    )
    """How late at least."""

    most: Duration
    """How late at most; each is drawn evenly between."""


class ExceptionSettings(ConfigModel):
    """Requests that are refused at random."""

    share: float = Field(default=1.0, ge=0, le=1)
    """Of all requests."""

    code: int = Field(default=6, ge=1, le=11)
    """The exception code; 6 is "device busy"."""


class SimulateSettings(ConfigModel):
    """A ``[source.simulate]``: how the simulated device misbehaves; well when left out."""

    seed: int = 1
    """Where its values and misdeeds are drawn from: the same seed gives the same run."""

    latency: Duration = Field(
        default=0.0, validate_default=False, json_schema_extra={"default": "0s"}
    )
    """How long it thinks before each answer."""

    late: LateSettings | None = None
    """Answers that come later than that."""

    exceptions: ExceptionSettings | None = None
    """Requests that it refuses at random."""

    garbage: float = Field(default=0.0, ge=0, le=1)
    """The share of answers that arrive damaged: noise before them, bits flipped, or cut short."""

    dead: bool = False
    """It never answers."""

    forbidden: list[AddressRange] = Field(default_factory=list)
    """Addresses that it refuses with exception 2, alone or within a request."""
