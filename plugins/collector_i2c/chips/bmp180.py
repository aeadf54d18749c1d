"""BMP180 and BMP085: a conversion of the temperature and one of the pressure, which needs it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collector import ConfigModel, Metric
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.constants import constants
from collector_i2c.chips.identity import require
from collector_i2c.chips.metrics import PRESSURE, TEMPERATURE
from collector_i2c.chips.options import checked
from collector_i2c.decode import bmp180 as decode
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

_ID, _CONTROL, _DATA, _CALIBRATION = 0xD0, 0xF4, 0xF6, 0xAA
_TEMPERATURE, _PRESSURE = 0x2E, 0x34
_CONVERTING = 0x20
_CODES = {1: 0, 2: 1, 4: 2, 8: 3}
_WAITS_S = (0.0045, 0.0075, 0.0135, 0.0255)  # BST-BMP180-DS000 table 8, the longest
_LOOK_AGAIN_S = 0.002
_LOOKS = 5


class Bmp180Options(ConfigModel):
    """The options of a BMP180 or BMP085."""

    oversampling: Literal[1, 2, 4, 8] = 1
    """How many conversions of the pressure make one value."""


class Bmp180(Chip):
    """A BMP180 or BMP085."""

    def __init__(self, options: Bmp180Options) -> None:
        self._code = _CODES[options.oversampling]
        self._constants = decode.Calibration((), (), ())

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (TEMPERATURE, PRESSURE)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        yield from NO_WAIT
        require(port.ask(bytes((_ID,)), 1)[0], frozenset({0x55}))
        self._constants = decode.calibration(constants(port, _CALIBRATION, 22))

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        ut = yield from _converted(port, _TEMPERATURE, _WAITS_S[0])
        command = _PRESSURE | self._code << 6
        up = yield from _converted(port, command, _WAITS_S[self._code])
        b5 = decode.fine_temperature(self._constants, ut >> 8)
        pressure = decode.pascal(self._constants, up >> 8 - self._code, b5, self._code)
        return {TEMPERATURE.id: decode.celsius(b5), PRESSURE.id: float(pressure)}


def _converted(port: Port, command: int, wait_s: float) -> Steps[int]:
    """Return 24 bits, of which a temperature uses the upper 16."""
    port.write(bytes((_CONTROL, command)))
    yield wait_s
    for _ in range(_LOOKS):
        block = port.ask(bytes((_CONTROL,)), 5)
        if (block[0] ^ command) & 0xC0 or block[0] == 0:
            raise RefusedError(Reason.SETTINGS_LOST, f"its control register is {block[0]:#04x}")
        if not block[0] & _CONVERTING:
            return int.from_bytes(block[_DATA - _CONTROL :], "big")
        yield _LOOK_AGAIN_S
    raise RefusedError(Reason.BUSY, "it still converts although its time is up")


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Bmp180(checked(Bmp180Options, options))
