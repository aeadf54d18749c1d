"""BMP280 and BME280: one forced conversion of everything per reading."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collector import ConfigModel, Metric
from collector_i2c.chips.chip import Chip, Make
from collector_i2c.chips.constants import constants
from collector_i2c.chips.identity import require
from collector_i2c.chips.metrics import HUMIDITY, PRESSURE, TEMPERATURE
from collector_i2c.chips.options import checked
from collector_i2c.decode import bmx280 as decode
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import Steps, Values

_ID, _CTRL_HUM, _STATUS, _CTRL_MEAS = 0xD0, 0xF2, 0xF3, 0xF4
_FIRST_DATA, _LOW, _HIGH = 0xF7, 0x88, 0xE1
_MEASURING, _COPYING = 0x08, 0x01
_FORCED = 0x01
_MODE_BITS = 0x03
_CODES = {1: 1, 2: 2, 4: 3, 8: 4, 16: 5}
_LOOK_AGAIN_S = 0.002
_LOOKS = 6

BMP280_IDS = frozenset({0x56, 0x57, 0x58})
BME280_IDS = frozenset({0x60})


class Bmx280Options(ConfigModel):
    """The options of a BMP280 or BME280."""

    oversampling: Literal[1, 2, 4, 8, 16] = 1
    """How many conversions of each quantity make one value: less noise, more time and heat."""


class Bmx280(Chip):
    """A BMP280, or with humidity a BME280."""

    def __init__(self, options: Bmx280Options, *, has_humidity: bool) -> None:
        self._has_humidity = has_humidity
        code = _CODES[options.oversampling]
        self._ctrl_hum = code
        self._ctrl_meas = code << 5 | code << 2 | _FORCED
        self._wait_s = _conversion_s(options.oversampling, has_humidity=has_humidity)
        self._constants = decode.Calibration((), ())

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (TEMPERATURE, PRESSURE, *((HUMIDITY,) if self._has_humidity else ()))

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        told = port.ask(bytes((_ID,)), 1)[0]
        require(told, BME280_IDS if self._has_humidity else BMP280_IDS)
        yield from _loaded(port)
        low = constants(port, _LOW, 26 if self._has_humidity else 24)
        high = constants(port, _HIGH, 7) if self._has_humidity else b""
        self._constants = decode.calibration(low, high)

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        if self._has_humidity:
            port.write(bytes((_CTRL_HUM, self._ctrl_hum)))  # takes effect with ctrl_meas
        port.write(bytes((_CTRL_MEAS, self._ctrl_meas)))
        yield self._wait_s
        for _ in range(_LOOKS):
            block = port.ask(bytes((_CTRL_HUM,)), 13 if self._has_humidity else 11)
            self._check_settings(block)
            if not block[_STATUS - _CTRL_HUM] & _MEASURING:
                return self._values(decode.raw(block[_FIRST_DATA - _CTRL_HUM :]))
            yield _LOOK_AGAIN_S
        raise RefusedError(Reason.BUSY, "it still measures although its time is up")

    def _check_settings(self, block: bytes) -> None:
        # Status, settings and data in one read: a chip that was reset in between, or a bus that
        # only gives 0xFF, shows in the settings.
        same = not (block[_CTRL_MEAS - _CTRL_HUM] ^ self._ctrl_meas) & ~_MODE_BITS
        if self._has_humidity:
            same = same and block[0] == self._ctrl_hum
        if not same:
            raise RefusedError(Reason.SETTINGS_LOST, f"registers from 0xF2: {block[:3].hex(' ')}")

    def _values(self, raw: decode.Raw) -> Values:
        t_fine = decode.fine_temperature(self._constants, raw.temperature)
        values = {
            TEMPERATURE.id: decode.celsius(t_fine),
            PRESSURE.id: decode.pascal(self._constants, raw.pressure, t_fine),
        }
        if self._has_humidity:
            values[HUMIDITY.id] = decode.percent(self._constants, raw.humidity, t_fine)
        return values


def _loaded(port: Port) -> Steps[None]:
    """Wait until it has loaded its calibration, which it does after power came."""
    for _ in range(_LOOKS):
        if not port.ask(bytes((_STATUS,)), 1)[0] & _COPYING:
            return
        yield _LOOK_AGAIN_S
    raise RefusedError(Reason.BUSY, "it still loads its calibration")


def _conversion_s(oversampling: int, *, has_humidity: bool) -> float:
    # BST-BME280-DS002 appendix B.1, the longest time; without humidity that of BMP280 section 3.8.
    each_ms = 2.3 * oversampling
    humidity_ms = each_ms + 0.575 if has_humidity else 0.0
    return (1.25 + each_ms + each_ms + 0.575 + humidity_ms) / 1000


def maker(*, has_humidity: bool) -> Make:
    """Return what makes the chip of its options."""

    def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
        del wanted  # one conversion holds them all
        return Bmx280(checked(Bmx280Options, options), has_humidity=has_humidity)

    return make
