"""VEML7700: integrates all the time; a reading takes the newest integration."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from collector import ConfigModel, Metric
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.identity import require
from collector_i2c.chips.metrics import ILLUMINANCE
from collector_i2c.chips.options import checked
from collector_i2c.decode.light import veml7700_lux
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

_CONFIG, _LIGHT, _ID = b"\x00", b"\x04", b"\x07"
_FULL = 0xFFFF
_GAINS = {"1/8": (0x1000, 0.125), "1/4": (0x1800, 0.25), "1": (0x0000, 1.0), "2": (0x0800, 2.0)}
_TIMES = {25: 0x0300, 50: 0x0200, 100: 0x0000, 200: 0x0040, 400: 0x0080, 800: 0x00C0}


class Veml7700Options(ConfigModel):
    """The options of a VEML7700."""

    gain: Literal["1/8", "1/4", "1", "2"] = "1"
    """1/8 where the sun shines, 2 where it is dark."""

    integration_ms: Literal[25, 50, 100, 200, 400, 800] = 100
    """For how long light is collected."""

    lux_per_count: float = Field(default=0.0042, gt=0)
    """At gain 2 and 800 ms: 0.0042 in Vishay's current note, 0.0036 in older documents."""

    correct: bool = True
    """Straighten the curve above 1000 lx, as that note proposes."""


class Veml7700(Chip):
    """A VEML7700."""

    def __init__(self, options: Veml7700Options) -> None:
        bits, gain = _GAINS[options.gain]
        self._options = options
        self._config = (bits | _TIMES[options.integration_ms]).to_bytes(2, "little")
        scale = 800 / options.integration_ms * 2 / gain
        self._lux_per_count = options.lux_per_count * scale

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (ILLUMINANCE,)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        self._require_identity(port)
        port.write(_CONFIG + self._config)
        yield 0.0025 + self._options.integration_ms * 1.1 / 1000

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        yield from NO_WAIT
        counts = int.from_bytes(port.ask(_LIGHT, 2), "little")
        told = port.ask(_CONFIG, 2)  # after: it may have been reset before
        if told != self._config:
            raise RefusedError(
                Reason.SETTINGS_LOST, f"its settings are {told.hex()}, not {self._config.hex()}"
            )
        self._require_identity(port)  # the usual settings are 0, as a dead bus reads
        if counts == _FULL:
            raise RefusedError(Reason.OVERFLOW, "there is more light than it can count")
        lux = veml7700_lux(counts, self._lux_per_count, is_corrected=self._options.correct)
        return {ILLUMINANCE.id: lux}

    def _require_identity(self, port: Port) -> None:
        require(port.ask(_ID, 2)[0], frozenset({0x81}), {})


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Veml7700(checked(Veml7700Options, options))
