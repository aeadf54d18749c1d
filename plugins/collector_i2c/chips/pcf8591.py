"""PCF8591: a conversion of each input that is wanted, asked and read in one transaction each."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from collector import ConfigModel, Metric, MetricId, ValueUnit
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.options import checked
from collector_i2c.port import Port
from collector_i2c.steps import NO_WAIT, Steps, Values

_OUTPUT_ON = 0x40


class ChannelSettings(ConfigModel):
    """One input."""

    channel: int = Field(default=0, ge=0, le=3)
    """Which, against ground."""

    metric: MetricId = "voltage"
    """The metric that its voltage is given as."""


class Pcf8591Options(ConfigModel):
    """The options of a PCF8591."""

    inputs: list[ChannelSettings] = Field(default=[ChannelSettings()], min_length=1)
    """What to measure: ``[{ channel = 0, metric = "level" }]``."""

    vref: float = Field(default=3.3, gt=0)
    """Volts at its reference input."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        metrics = [each.metric for each in self.inputs]
        if len(set(metrics)) < len(metrics):
            raise ValueError("inputs: each needs a metric of its own")
        return self


class Pcf8591(Chip):
    """A PCF8591. It cannot be identified, and has nothing to check an answer by."""

    def __init__(self, options: Pcf8591Options, wanted: Sequence[str]) -> None:
        self._inputs = options.inputs
        self._measured = [each for each in self._inputs if not wanted or each.metric in wanted]
        self._volts_per_step = options.vref / 256

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return [
            Metric(id=each.metric, name=f"Voltage {each.channel}", unit=ValueUnit.VOLT)
            for each in self._inputs
        ]

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        port.read(1)
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. The first byte is the conversion before (NXP PCF8591 section 8.2)."""
        yield from NO_WAIT
        return {
            each.metric: port.ask(bytes((_OUTPUT_ON | each.channel,)), 2)[1] * self._volts_per_step
            for each in self._measured
        }


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    return Pcf8591(checked(Pcf8591Options, options), wanted)
