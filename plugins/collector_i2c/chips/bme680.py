"""BME680 and BME688: one forced conversion per reading, with the gas heater where it is wanted."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from collector import ConfigModel, Duration, Metric, ValueUnit
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.constants import constants
from collector_i2c.chips.identity import require
from collector_i2c.chips.metrics import HUMIDITY, PRESSURE, TEMPERATURE
from collector_i2c.chips.options import checked
from collector_i2c.decode import bme680 as decode
from collector_i2c.decode.bmx280 import raw
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

GAS = Metric(id="gas_resistance", name="Gas resistance", unit=ValueUnit.OHM)

_ID, _VARIANT, _CTRL_HUM, _CTRL_MEAS, _FIELD = 0xD0, 0xF0, 0x72, 0x74, 0x1D
_LOW, _HIGH, _HEATER = 0x89, 0xE1, 0x00
_RES_HEAT, _GAS_WAIT, _CTRL_GAS = 0x5A, 0x64, 0x71
_RUN_GAS = (0x10, 0x20)  # by variant
_GAS_AT = (13, 15)  # in the field, by variant
_FORCED = 0x01
_NEW_DATA, _GAS_VALID, _HEATER_STABLE = 0x80, 0x20, 0x10
_CODES = {1: 1, 2: 2, 4: 3, 8: 4, 16: 5}
_LOOK_AGAIN_S = 0.005
_LOOKS = 6


class Bme680Options(ConfigModel):
    """The options of a BME680 or BME688."""

    oversampling: Literal[1, 2, 4, 8, 16] = 1
    """How many conversions of each quantity make one value."""

    gas: bool = True
    """Whether to heat and measure the gas sensor too."""

    heater_celsius: int = Field(default=320, ge=200, le=400)
    """How hot the gas sensor is made."""

    heater_time: Duration = Field(default=0.15, validate_default=False, gt=0, le=4.032)
    """For how long, before it is measured."""


class Bme680(Chip):
    """A BME680 or BME688."""

    def __init__(self, options: Bme680Options) -> None:
        self._options = options
        self._code = _CODES[options.oversampling]
        # As Bosch's API reckons: cycles, switching, gas and waking, in microseconds.
        own_us = 3 * options.oversampling * 1963 + 477 * 4 + 477 * 5 + 1000
        self._wait_s = own_us / 1e6 + (options.heater_time if options.gas else 0.0)
        self._variant = 0
        self._ambient_celsius = 25.0
        self._constants = decode.Calibration((), (), (), (), 0, 0, 0)

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (TEMPERATURE, PRESSURE, HUMIDITY, *((GAS,) if self._options.gas else ()))

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        require(port.ask(bytes((_ID,)), 1)[0], frozenset({0x61}))
        self._variant = port.ask(bytes((_VARIANT,)), 1)[0] & 1
        low, high = constants(port, _LOW, 25), constants(port, _HIGH, 16)
        self._constants = decode.calibration(low, high, constants(port, _HEATER, 5))
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. A gas sensor that was not hot enough gives no resistance, and is noted."""
        self._prepare_gas(port)
        port.write(bytes((_CTRL_HUM, self._code)))
        port.write(bytes((_CTRL_MEAS, self._code << 5 | self._code << 2 | _FORCED)))
        yield self._wait_s
        for _ in range(_LOOKS):
            field = port.ask(bytes((_FIELD,)), 17)
            if field[0] & _NEW_DATA:
                return self._values(field, port)
            yield _LOOK_AGAIN_S
        raise RefusedError(Reason.NOT_READY, f"its status is {field[0]:#04x}")

    def _prepare_gas(self, port: Port) -> None:
        options, runs = self._options, self._options.gas
        if runs:
            heat = decode.heater_code(
                self._constants, options.heater_celsius, self._ambient_celsius
            )
            port.write(bytes((_RES_HEAT, heat)))
            port.write(bytes((_GAS_WAIT, decode.wait_code(round(options.heater_time * 1000)))))
        port.write(bytes((_CTRL_GAS, _RUN_GAS[self._variant] if runs else 0)))

    def _values(self, field: bytes, port: Port) -> Values:
        if len(set(field)) == 1:
            raise RefusedError(Reason.STUCK, f"the data reads {field[0]:#04x} throughout")
        known = self._constants
        adc = raw(field[2:10])  # which stand in the order of a BME280
        t_fine = decode.fine_temperature(known, adc.temperature)
        self._ambient_celsius = decode.celsius(t_fine)
        values = {
            TEMPERATURE.id: self._ambient_celsius,
            PRESSURE.id: decode.pascal(known, adc.pressure, t_fine),
            HUMIDITY.id: decode.percent(known, adc.humidity, t_fine),
        }
        return values | self._gas(field, port)

    def _gas(self, field: bytes, port: Port) -> dict[str, float]:
        if not self._options.gas:
            return {}
        at = _GAS_AT[self._variant]
        high, low = field[at], field[at + 1]
        if not (low & _GAS_VALID and low & _HEATER_STABLE):
            port.leave_out(RefusedError(Reason.NOT_READY, "the gas sensor was not hot enough"))
            return {}
        adc = high << 2 | low >> 6
        ohm = decode.gas_ohm(self._constants, adc, low & 0x0F, variant=self._variant)
        return {GAS.id: ohm}


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    made = checked(Bme680Options, options)
    if wanted and GAS.id not in wanted:
        made = made.model_copy(update={"gas": False})
    return Bme680(made)
