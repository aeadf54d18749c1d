"""BMP388 and BMP390: one forced conversion of both quantities per reading."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collector import ConfigModel, Metric
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.constants import constants
from collector_i2c.chips.identity import require
from collector_i2c.chips.metrics import PRESSURE, TEMPERATURE
from collector_i2c.chips.options import checked
from collector_i2c.decode import bmp388 as decode
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

_ID, _STATUS, _PWR_CTRL, _OSR, _CALIBRATION = 0x00, 0x03, 0x1B, 0x1C, 0x31
_BOTH_FORCED = 0x13
_BOTH_READY = 0x60
_CODES = {1: 0, 2: 1, 4: 2, 8: 3, 16: 4, 32: 5}
_IDS = frozenset({0x50, 0x60})
_LOOK_AGAIN_S = 0.002
_LOOKS = 6


class Bmp388Options(ConfigModel):
    """The options of a BMP388 or BMP390."""

    oversampling: Literal[1, 2, 4, 8, 16, 32] = 1
    """How many conversions of each quantity make one value: less noise, more time and heat."""


class Bmp388(Chip):
    """A BMP388 or BMP390."""

    def __init__(self, options: Bmp388Options) -> None:
        code = _CODES[options.oversampling]
        self._osr = code << 3 | code
        # BST-BMP388-DS001 section 3.9.2, in microseconds, and a tenth more.
        self._wait_s = 1.1e-6 * (234 + 392 + 163 + 2 * 2020 * options.oversampling)
        self._constants = decode.Calibration((0.0, 0.0, 0.0), ())

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (TEMPERATURE, PRESSURE)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        require(port.ask(bytes((_ID,)), 1)[0], _IDS)
        self._constants = decode.calibration(constants(port, _CALIBRATION, 21))
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        port.write(bytes((_OSR, self._osr)))
        port.write(bytes((_PWR_CTRL, _BOTH_FORCED)))
        yield self._wait_s
        for _ in range(_LOOKS):
            block = port.ask(bytes((_STATUS,)), 7)
            if block[0] & _BOTH_READY == _BOTH_READY:
                return self._values(block[1:])
            yield _LOOK_AGAIN_S
        raise RefusedError(Reason.NOT_READY, f"its status is {block[0]:#04x}")

    def _values(self, data: bytes) -> Values:
        adc_p, adc_t = decode.raw(data)
        temperature = decode.celsius(self._constants, adc_t)
        pressure = decode.pascal(self._constants, adc_p, temperature)
        return {TEMPERATURE.id: temperature, PRESSURE.id: pressure}


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Bmp388(checked(Bmp388Options, options))
