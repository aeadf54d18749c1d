"""BH1750: one conversion per reading, in the mode and for the time that are asked for."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from collector import ConfigModel, Metric
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.metrics import ILLUMINANCE
from collector_i2c.chips.options import checked
from collector_i2c.decode.light import BH1750_USUAL_TIME, bh1750_lux
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

_POWER_ON = b"\x01"
_COMMANDS = {"high": b"\x20", "high2": b"\x21", "low": b"\x23"}
_LONGEST_S = {"high": 0.180, "high2": 0.180, "low": 0.024}
_FULL = 0xFFFF


class Bh1750Options(ConfigModel):
    """The options of a BH1750."""

    mode: Literal["high", "high2", "low"] = "high"
    """Steps of 1 lx, of 0.5 lx (up to half as much light), or of 4 lx and seven times faster."""

    measurement_time: int = Field(default=BH1750_USUAL_TIME, ge=31, le=254)
    """The register of that name: more for windows that swallow light, and for darkness."""

    counts_per_lux: float = Field(default=1.2, ge=0.96, le=1.44)
    """Of this specimen; the data sheet allows for 0.96 to 1.44."""


class Bh1750(Chip):
    """A BH1750. It cannot be identified, and its settings cannot be read."""

    def __init__(self, options: Bh1750Options) -> None:
        self._options = options
        time = options.measurement_time
        self._time_commands = (bytes((0x40 | time >> 5,)), bytes((0x60 | time & 0x1F,)))
        self._wait_s = _LONGEST_S[options.mode] * time / BH1750_USUAL_TIME

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (ILLUMINANCE,)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        port.write(_POWER_ON)
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. All settings go with every reading: it may have been reset unnoticed."""
        counts = yield from self._counts(port)
        if counts == 0:  # darkness, or it was reset while it measured: that does not happen twice
            counts = yield from self._counts(port)
        if counts == _FULL:
            raise RefusedError(Reason.OVERFLOW, "there is more light than it can count")
        options = self._options
        lux = bh1750_lux(
            counts,
            counts_per_lux=options.counts_per_lux,
            time=options.measurement_time,
            is_half=options.mode == "high2",
        )
        return {ILLUMINANCE.id: lux}

    def _counts(self, port: Port) -> Steps[int]:
        for command in (_POWER_ON, *self._time_commands, _COMMANDS[self._options.mode]):
            port.write(command)
        yield self._wait_s
        return int.from_bytes(port.read(2), "big")


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Bh1750(checked(Bh1750Options, options))
