"""What a ``[[source]]`` of the kinds ``iio``, ``hwmon`` and ``w1`` takes."""

from typing import Self

from pydantic import Field, PrivateAttr

from collector import ConfigModel, MetricId, RecordedTape


class KernelSettings(ConfigModel):
    """What all three kinds take."""

    metrics: list[MetricId] = Field(default_factory=list)
    """Which metrics to give; all that the driver has when left out."""

    rename: dict[MetricId, MetricId] = Field(default_factory=dict)
    """Other ids for metrics: ``{ temperature = "inlet" }``."""

    sys_root: str = "/sys"
    """Where sysfs is mounted."""

    _tape: RecordedTape | None = PrivateAttr(default=None)

    @property
    def tape(self) -> RecordedTape | None:
        """What is read in the place of sysfs; None to read that."""
        return self._tape

    def playing(self, tape: RecordedTape) -> Self:
        """Return these settings for a recording, which users cannot name."""
        copy = self.model_copy()
        copy._tape = tape  # noqa: SLF001 - its own; and no key of the configuration
        return copy


class IioSettings(KernelSettings):
    """The keys of a sensor with an IIO driver."""

    device: str = Field(min_length=1)
    """What its ``name`` file says: "bme280", "ads1115", "scd41"; numbers change, names do not."""

    at: str = ""
    """Part of its path in /sys/devices, where several have one name: ``"1-0076"``."""


class HwmonSettings(KernelSettings):
    """The keys of a sensor with a hwmon driver."""

    device: str = Field(min_length=1)
    """What its ``name`` file says: "sht3x", "lm75", "ina226"; numbers change, names do not."""

    at: str = ""
    """Part of its path in /sys/devices, where several have one name: ``"1-0044"``."""

    alarms: bool = False
    """Give the driver's alarms too."""


class W1Settings(KernelSettings):
    """The keys of a 1-wire thermometer."""

    device: str = Field(pattern="^[0-9a-f]{2}-[0-9a-f]{12}$")
    """Its number: "28-0316a2794b2f", as ``collector i2c scan`` shows it."""
