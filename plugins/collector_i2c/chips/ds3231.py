"""DS3231: the thermometer and the time of a battery-backed clock, both in one read."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector import ConfigModel, Metric, ValueType
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.metrics import TEMPERATURE
from collector_i2c.chips.options import checked
from collector_i2c.decode import ds3231 as decode
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

TIME = Metric(id="rtc_time", name="Time of the clock", type=ValueType.STRING)

_STATUS, _TEMPERATURE, _SIZE = 0x0F, 0x11, 0x13
_STOPPED = 0x80


class Ds3231Options(ConfigModel):
    """A DS3231 has no options."""


class Ds3231(Chip):
    """A DS3231. It measures every 64 s by itself, and cannot be identified."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (TEMPERATURE, TIME)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        port.ask(b"\0", 1)
        yield from NO_WAIT

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`. A clock that was stopped gives no time, and is noted."""
        yield from NO_WAIT
        registers = port.ask(b"\0", _SIZE)
        if len(set(registers)) == 1:
            raise RefusedError(Reason.STUCK, f"its registers read {registers[0]:#04x} throughout")
        return {TEMPERATURE.id: decode.celsius(registers[_TEMPERATURE:]), **_time(registers, port)}


def _time(registers: bytes, port: Port) -> dict[str, str]:
    if registers[_STATUS] & _STOPPED:
        port.leave_out(RefusedError(Reason.ERROR_FLAG, "its clock has been stopped: set it"))
        return {}
    try:
        return {TIME.id: decode.clock_time(registers[:7]).isoformat()}
    except ValueError as error:
        port.leave_out(RefusedError(Reason.RANGE_INVALID, f"no time: {error}"))
        return {}


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    checked(Ds3231Options, options)
    return Ds3231()
