"""TSL2561: integrates all the time; a reading takes the newest integration."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collector import ConfigModel, Metric, ValueType
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.identity import NOBODY
from collector_i2c.chips.metrics import ILLUMINANCE
from collector_i2c.chips.options import checked
from collector_i2c.decode.light import tsl2561_lux
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

VISIBLE = Metric(
    id="ch0", name="Visible and infrared light", type=ValueType.INTEGER, annotation="counts"
)
INFRARED = Metric(id="ch1", name="Infrared light", type=ValueType.INTEGER, annotation="counts")

_CONTROL, _TIMING, _ID, _DATA = 0x80, 0x81, 0x8A, 0x8C
_ON = 0x03
_PARTS = {"T": 0x5, "CS": 0x1}
_CODES = {"13.7ms": 0, "101ms": 1, "402ms": 2}
_TIMES_MS = {"13.7ms": 13.7, "101ms": 101.0, "402ms": 402.0}
_FULL = {"13.7ms": 5047, "101ms": 37177, "402ms": 65535}
_GAINS = {1: 0x00, 16: 0x10}


class Tsl2561Options(ConfigModel):
    """The options of a TSL2561."""

    integration: Literal["13.7ms", "101ms", "402ms"] = "402ms"
    """For how long light is collected: shorter where it is bright."""

    gain: Literal[1, 16] = 1
    """16 where it is dark."""

    package: Literal["T", "CS"] = "T"
    """The formula is another one for the chip-scale package; "T" is also FN and CL."""


class Tsl2561(Chip):
    """A TSL2561."""

    def __init__(self, options: Tsl2561Options) -> None:
        self._options = options
        self._timing = _GAINS[options.gain] | _CODES[options.integration]
        self._time_ms = _TIMES_MS[options.integration]

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (ILLUMINANCE, VISIBLE, INFRARED)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        told = port.ask(bytes((_ID,)), 1)[0]
        if told in NOBODY:
            raise RefusedError(Reason.STUCK, f"the chip id reads {told:#04x}")
        if told >> 4 != _PARTS[self._options.package]:
            raise RefusedError(Reason.CHIP_ID, f"the chip id is {told:#04x}: another package?")
        port.write(bytes((_CONTROL, _ON)))
        port.write(bytes((_TIMING, self._timing)))
        yield self._time_ms * 1.15 / 1000  # its oscillator may be slow, TAOS059N page 4

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        yield from NO_WAIT
        answer = port.ask(bytes((_DATA,)), 4)
        control, timing = port.ask(bytes((_CONTROL,)), 2)  # after: it may have been reset before
        if control & _ON != _ON or timing != self._timing:
            raise RefusedError(
                Reason.SETTINGS_LOST, f"its settings are {control:#04x} {timing:#04x}"
            )
        visible = int.from_bytes(answer[:2], "little")
        infrared = int.from_bytes(answer[2:], "little")
        if max(visible, infrared) >= _FULL[self._options.integration]:
            raise RefusedError(Reason.OVERFLOW, "there is more light than it can count")
        scale = 402 / self._time_ms * 16 / self._options.gain
        lux = tsl2561_lux(visible * scale, infrared * scale, self._options.package)
        return {ILLUMINANCE.id: lux, VISIBLE.id: visible, INFRARED.id: infrared}


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Tsl2561(checked(Tsl2561Options, options))
