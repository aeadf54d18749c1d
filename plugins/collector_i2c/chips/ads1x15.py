"""ADS1115 and ADS1015: a single-shot conversion of each input that is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from collector import ConfigModel, Metric, MetricId, ValueUnit
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.options import checked
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

_CONVERSION, _CONFIG = b"\x00", b"\x01"
_START, _SINGLE_SHOT, _NO_COMPARATOR = 0x8000, 0x0100, 0x0003
_MUX = {"A0-A1": 0, "A0-A3": 1, "A1-A3": 2, "A2-A3": 3, "A0": 4, "A1": 5, "A2": 6, "A3": 7}
_GAIN = {6.144: 0, 4.096: 1, 2.048: 2, 1.024: 3, 0.512: 4, 0.256: 5}
_LOOK_AGAIN_S = 0.001
_LOOKS = 10


@dataclass(frozen=True, slots=True)
class Type:
    """What the two types differ in.

    Attributes:
        rates: Samples per second, by the code in the configuration register.
        usual_rate: The one after power came.
    """

    rates: tuple[int, ...]
    usual_rate: int


ADS1115 = Type((8, 16, 32, 64, 128, 250, 475, 860), 128)
ADS1015 = Type((128, 250, 490, 920, 1600, 2400, 3300), 1600)


class InputSettings(ConfigModel):
    """One input, or the difference of two."""

    input: Literal["A0", "A1", "A2", "A3", "A0-A1", "A0-A3", "A1-A3", "A2-A3"] = "A0"
    """Which."""

    metric: MetricId = "voltage"
    """The metric that its voltage is given as."""

    full_scale: float = 4.096
    """The largest voltage: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256; less is finer."""

    @field_validator("full_scale")
    @classmethod
    def _check(cls, full_scale: float) -> float:
        if full_scale not in _GAIN:
            raise ValueError(f"must be one of {', '.join(map(str, _GAIN))}, got {full_scale}")
        return full_scale


class Ads1x15Options(ConfigModel):
    """The options of an ADS1115 or ADS1015."""

    inputs: list[InputSettings] = Field(default=[InputSettings()], min_length=1)
    """What to measure."""

    rate: int | None = None
    """Samples per second: slower ones have less noise."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        metrics = [each.metric for each in self.inputs]
        if len(set(metrics)) < len(metrics):
            raise ValueError("inputs: each needs a metric of its own")
        return self


class Ads1x15(Chip):
    """An ADS1115 or ADS1015. It cannot be identified."""

    def __init__(self, kind: Type, options: Ads1x15Options, wanted: Sequence[str]) -> None:
        rate = kind.usual_rate if options.rate is None else options.rate
        if rate not in kind.rates:
            rates = ", ".join(map(str, kind.rates))
            raise ValueError(f"options.rate: must be one of {rates}, got {rate}")
        self._inputs = options.inputs
        self._measured = [each for each in self._inputs if not wanted or each.metric in wanted]
        self._rate_bits = kind.rates.index(rate) << 5
        self._wait_s = 1.1 / rate + 0.0001  # SBAS444 section 7.5: +-10 %, and waking up

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return [
            Metric(id=each.metric, name=f"Voltage {each.input}", unit=ValueUnit.VOLT)
            for each in self._inputs
        ]

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        port.ask(_CONFIG, 2)
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. Inputs are converted one after the other: it has one converter."""
        values = {}
        for each in self._measured:
            volts = yield from self._voltage(each, port)
            values[each.metric] = volts
        return values

    def _voltage(self, wanted: InputSettings, port: Port) -> Steps[float]:
        config = _MUX[wanted.input] << 12 | _GAIN[wanted.full_scale] << 9
        config |= _SINGLE_SHOT | self._rate_bits | _NO_COMPARATOR
        port.write(_CONFIG + (config | _START).to_bytes(2, "big"))
        yield self._wait_s
        for _ in range(_LOOKS):
            if _settings(port, config) & _START:
                counts = int.from_bytes(port.ask(_CONVERSION, 2), "big", signed=True)
                _settings(port, config)  # again: it may have been reset before
                volts: float = counts * wanted.full_scale / 32768
                return volts
            yield _LOOK_AGAIN_S
        raise RefusedError(Reason.BUSY, "it still converts although its time is up")


def _settings(port: Port, wanted: int) -> int:
    told = int.from_bytes(port.ask(_CONFIG, 2), "big")
    if told & ~_START != wanted:
        raise RefusedError(Reason.SETTINGS_LOST, f"its settings are {told:#06x}, not {wanted:#06x}")
    return told


def _make(kind: Type, options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    return Ads1x15(kind, checked(Ads1x15Options, options), wanted)


make_ads1115 = partial(_make, ADS1115)
"""Makes an ADS1115; see `collector_i2c.chips.chip.Driver`."""

make_ads1015 = partial(_make, ADS1015)
"""Makes an ADS1015, whose 12 bits stand at the left of 16."""
