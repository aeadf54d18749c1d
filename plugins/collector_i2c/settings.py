"""What a ``[[source]]`` of the kind ``i2c`` takes."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, PrivateAttr, Tag, field_validator, model_validator

from collector import ConfigModel, Duration, MetricId, RecordedTape
from collector_i2c.muxes import Hop
from collector_i2c.muxes import Path as MuxPath

FIRST_ADDRESS, LAST_ADDRESS = 0x03, 0x77
"""The 7-bit addresses that chips may have: the others are reserved (NXP UM10204 table 4)."""

SIMULATED = "simulated:"
"""What the name of a simulated bus begins with; users cannot write it."""


class MuxSettings(ConfigModel):
    """A channel of a TCA9548A or one like it."""

    address: int = Field(ge=0x70, le=0x77)
    """The multiplexer's address."""

    channel: int = Field(ge=0, le=7)
    """Its channel that the chip is on."""


def _form(mux: object) -> str:
    return "list" if isinstance(mux, list) else "table"


Muxes = Annotated[
    Annotated[MuxSettings, Tag("table")] | Annotated[list[MuxSettings], Tag("list")],
    Discriminator(_form),  # else a mistake in a table is complained about as no list, too
]
"""One multiplexer, or several in a row."""


class SimulateSettings(ConfigModel):
    """A ``[source.simulate]``: what the simulated chip does wrong; nothing when left out."""

    seed: int = 1
    """Where its misdeeds are drawn from: the same seed gives the same run."""

    nack: float = Field(default=0.0, ge=0, le=1)
    """The share of transfers that fail."""

    errno: str = Field(default="EREMOTEIO", pattern="^E[A-Z0-9]+$")
    """The kernel's error of those that fail: "EREMOTEIO", "EIO", "ETIMEDOUT", "EBUSY", "ENODEV"."""

    crc: float = Field(default=0.0, ge=0, le=1)
    """The share of answers with a bit turned over."""

    reset: float = Field(default=0.0, ge=0, le=1)
    """The share of transfers before which it loses its settings, as if its power had failed."""

    not_ready: bool = False
    """It never finishes a measurement."""

    wrong_id: bool = False
    """It is another chip."""

    slow: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """How long every transfer takes; a bus that is held takes a second, and then ETIMEDOUT."""


class I2cSettings(ConfigModel):
    """The keys of a chip on an I2C bus."""

    bus: int | str = 1
    """The bus: 1 for /dev/i2c-1, or the path of a device node."""

    device: str = ""
    """The chip, as its data sheet calls it, in lower case: ``collector i2c chips`` lists them."""

    device_file: Path | None = None
    """A description of a chip of your own, in place of ``device``."""

    address: int | None = Field(default=None, ge=FIRST_ADDRESS, le=LAST_ADDRESS)
    """The chip's address; the usual one of the chip when left out."""

    mux: Muxes = Field(default_factory=list)
    """The multiplexer that it is behind; of several, the one at the bus first."""

    options: dict[str, Any] = Field(default_factory=dict)
    """What can be set of this chip; the table of chips in the manual names it."""

    metrics: list[MetricId] = Field(default_factory=list)
    """Which of the chip's metrics to give; all when left out."""

    rename: dict[MetricId, MetricId] = Field(default_factory=dict)
    """Other ids for metrics, where two chips share a sensor: ``{ temperature = "inlet" }``."""

    sys_root: str = "/sys"
    """Where sysfs is mounted: there it shows that a kernel driver has the chip already."""

    simulate: SimulateSettings = SimulateSettings()
    """What the simulated chip does wrong; only for ``--simulate``."""

    _tape: RecordedTape | None = PrivateAttr(default=None)

    @field_validator("bus")
    @classmethod
    def _check_bus(cls, bus: int | str) -> int | str:
        if isinstance(bus, str) and not bus.startswith("/dev/"):
            raise ValueError('must be a number, or a path such as "/dev/i2c-1"')
        if isinstance(bus, int) and bus < 0:
            raise ValueError("must not be negative")
        return bus

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.device) == bool(self.device_file):
            raise ValueError("needs a device, or else a device_file")
        if len(set(self.rename.values())) < len(self.rename):
            raise ValueError("rename: two metrics cannot have one id")
        return self

    @property
    def tape(self) -> RecordedTape | None:
        """What the chip on a simulated bus plays; None for one that moves by itself."""
        return self._tape

    def on(self, bus: str, tape: RecordedTape | None = None) -> Self:
        """Return these settings for a simulated bus, which users cannot name."""
        moved = self.model_copy(update={"bus": bus})
        moved._tape = tape  # noqa: SLF001 - its own; and no key of the configuration
        return moved

    @property
    def node(self) -> str:
        """The bus's device node."""
        return f"/dev/i2c-{self.bus}" if isinstance(self.bus, int) else self.bus

    @property
    def number(self) -> int | None:
        """The bus's number; None if only the node's name is known."""
        digits = self.node.removeprefix("/dev/i2c-")
        return int(digits) if digits.isdecimal() else None

    @property
    def link(self) -> str:
        """What names the bus: the same for all chips on it."""
        return f"i2c://{self.node if self.number is None else self.number}"

    @property
    def path(self) -> MuxPath:
        """The multiplexers on the way to the chip."""
        hops = self.mux if isinstance(self.mux, list) else [self.mux]
        return tuple(Hop(hop.address, hop.channel) for hop in hops)
