"""INA219 and INA226: one triggered conversion of shunt and bus voltage per reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import Field

from collector import ConfigModel, Metric, ValueUnit
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.identity import NOBODY
from collector_i2c.chips.options import checked
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

BUS = Metric(id="bus_voltage", name="Bus voltage", unit=ValueUnit.VOLT)
SHUNT = Metric(id="shunt_voltage", name="Shunt voltage", unit=ValueUnit.VOLT)
CURRENT = Metric(id="current", name="Current", unit=ValueUnit.AMPERE)
POWER = Metric(id="power", name="Power", unit=ValueUnit.WATT)

_CONFIG, _SHUNT, _BUS, _POWER, _CURRENT, _CALIBRATION, _ENABLE = range(7)
_MAKER, _DIE = 0xFE, 0xFF


@dataclass(frozen=True, slots=True)
class Type:
    """What the two types differ in.

    Attributes:
        config: Settings with which both voltages are converted once.
        wait_s: How long that takes at most.
        shunt_volts: Of one step.
        shunt_limit: Steps that it gives for the full scale, and for whatever is beyond.
        bus_volts: Of one step.
        bus_shift: Where the bus voltage begins in its register.
        calibration_volts: What the calibration register is reckoned from.
        power_steps: How many steps of current one step of power is.
        has_identity: Whether it can be identified, and has flags in a register of their own.
    """

    config: int
    wait_s: float
    shunt_volts: float
    shunt_limit: int
    bus_volts: float
    bus_shift: int
    calibration_volts: float
    power_steps: int
    has_identity: bool


# SBOS448G sections 8.5.1, 8.6.2, 8.6.3: 32 V, 320 mV, 12 bits.
INA219 = Type(0x399B, 0.0013, 10e-6, 32_000, 4e-3, 3, 0.04096, 20, has_identity=False)

# SBOS547A sections 7.5, 7.6: 1.1 ms each, no averaging.
INA226 = Type(0x4123, 0.0025, 2.5e-6, 0x7FFF, 1.25e-3, 0, 0.00512, 25, has_identity=True)


class Ina2xxOptions(ConfigModel):
    """The options of an INA219 or INA226."""

    shunt_ohm: float = Field(default=0.1, gt=0)
    """The shunt's resistance."""

    current_lsb: float | None = Field(default=None, gt=0)
    """Amperes per step: the chip then reckons current and power itself, by its calibration."""


class Ina2xx(Chip):
    """An INA219 or INA226."""

    def __init__(self, kind: Type, options: Ina2xxOptions) -> None:
        self._kind = kind
        self._shunt_ohm = options.shunt_ohm
        self._current_lsb = options.current_lsb
        self._calibration = 0
        if options.current_lsb is not None:
            steps = kind.calibration_volts / (options.current_lsb * options.shunt_ohm)
            self._calibration = round(steps)
            if not 1 <= self._calibration <= 0xFFFF:  # noqa: PLR2004 - a 16-bit register
                raise ValueError("options.current_lsb: does not fit the shunt")

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (BUS, SHUNT, CURRENT, POWER)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        yield from NO_WAIT
        if self._kind.has_identity:
            maker = _word(port, _MAKER)
            if maker >> 8 in NOBODY and maker & 0xFF in NOBODY:
                raise RefusedError(Reason.STUCK, f"the maker's id reads {maker:#06x}")
            if maker != 0x5449:  # noqa: PLR2004 - "TI"
                raise RefusedError(Reason.CHIP_ID, f"the maker's id is {maker:#06x}, not 0x5449")
        else:
            _word(port, _CONFIG)

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. Calibration and settings go with every reading."""
        if self._calibration:
            _write(port, _CALIBRATION, self._calibration)
        _write(port, _CONFIG, self._kind.config)
        yield self._kind.wait_s
        bus = _word(port, _BUS)
        self._refuse(bus, port)
        values = self._values(bus, port)
        self._check_settings(port)
        return values

    def _check_settings(self, port: Port) -> None:
        # After the values: it may have been reset before. Its own mode is another one then.
        wanted = {_CONFIG: self._kind.config}
        if self._calibration:
            wanted[_CALIBRATION] = self._calibration
        for register, word in wanted.items():
            told = _word(port, register)
            if told != word:
                message = f"register {register} holds {told:#06x}, not {word:#06x}"
                raise RefusedError(Reason.SETTINGS_LOST, message)

    def _refuse(self, bus: int, port: Port) -> None:
        flags = _word(port, _ENABLE) if self._kind.has_identity else bus
        if flags & (0x04 if self._kind.has_identity else 0x01):
            raise RefusedError(Reason.OVERFLOW, "current and power are beyond its arithmetic")
        if self._kind.has_identity and not flags & 0x08:
            raise RefusedError(Reason.NOT_READY, "its conversion has not come to an end")

    def _values(self, bus: int, port: Port) -> Values:
        kind = self._kind
        shunt = _signed(_word(port, _SHUNT))
        if abs(shunt) >= kind.shunt_limit:
            raise RefusedError(Reason.OVERFLOW, "the shunt's voltage is beyond its range")
        shunt_v = shunt * kind.shunt_volts
        bus_v = (bus >> kind.bus_shift) * kind.bus_volts
        if self._current_lsb is None:
            current_a = shunt_v / self._shunt_ohm
            power_w = bus_v * current_a
        else:
            current_a = _signed(_word(port, _CURRENT)) * self._current_lsb
            power_w = _word(port, _POWER) * self._current_lsb * kind.power_steps
        return {BUS.id: bus_v, SHUNT.id: shunt_v, CURRENT.id: current_a, POWER.id: power_w}


def _word(port: Port, register: int) -> int:
    return int.from_bytes(port.ask(bytes((register,)), 2), "big")


def _write(port: Port, register: int, word: int) -> None:
    port.write(bytes((register,)) + word.to_bytes(2, "big"))


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


def _make(kind: Type, options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    del wanted
    return Ina2xx(kind, checked(Ina2xxOptions, options))


make_ina219 = partial(_make, INA219)
"""Makes an INA219; see `collector_i2c.chips.chip.Driver`."""

make_ina226 = partial(_make, INA226)
"""Makes an INA226."""
