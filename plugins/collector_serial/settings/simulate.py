"""How the simulated device behaves."""

from pydantic import Field

from collector import ConfigModel, Duration
from collector_serial.settings.octets import Octets


class SimulateSettings(ConfigModel):
    """A ``[source.simulate]``: what a simulated device says, and the faults that it has."""

    every: Duration = Field(
        default=1.0, validate_default=False, ge=0.001, json_schema_extra={"default": "1s"}
    )
    """How often a device that talks by itself does so."""

    frames: list[Octets] = Field(default_factory=list)
    """What it says, one after the other, over and over; when left out, what the format tells."""

    damaged: float = Field(default=0.0, ge=0, le=1)
    """The share of frames in which one bit is wrong."""

    torn: float = Field(default=0.0, ge=0, le=1)
    """The share of frames that are cut off."""

    noise: float = Field(default=0.0, ge=0, le=1)
    """The share of frames that follow upon random bytes."""

    silent: float = Field(default=0.0, ge=0, le=1)
    """The share of frames, or of requests, that are left out."""

    unplug_every: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """How long the device is plugged in until it is pulled out; 0 for never."""

    unplugged_for: Duration = Field(
        default=5.0, validate_default=False, gt=0, json_schema_extra={"default": "5s"}
    )
    """How long it then is gone."""

    seed: int = 0
    """What chance starts from: the same faults each time."""
