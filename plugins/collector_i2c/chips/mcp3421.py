"""MCP3421: converts all the time; a reading takes the newest conversion, once."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from collector import ConfigModel, Metric, ValueUnit
from collector_i2c.chips.chip import Chip
from collector_i2c.chips.options import checked
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import NO_WAIT, Steps, Values

VOLTAGE = Metric(id="voltage", name="Voltage", unit=ValueUnit.VOLT)

_NOT_READY, _CONTINUOUS = 0x80, 0x10
_RESOLUTION = {12: 0, 14: 1, 16: 2, 18: 3}
_GAIN = {1: 0, 2: 1, 4: 2, 8: 3}
_PER_SECOND = {12: 240, 14: 60, 16: 15, 18: 3.75}
_THREE_BYTES = 18


class Mcp3421Options(ConfigModel):
    """The options of an MCP3421."""

    resolution: Literal[12, 14, 16, 18] = 18
    """Bits: 18 take 267 ms, 16 take 67 ms, 14 take 17 ms, 12 take 4 ms."""

    gain: Literal[1, 2, 4, 8] = 1
    """The full scale is 2.048 V divided by this."""


class Mcp3421(Chip):
    """An MCP3421. It cannot be identified, but gives its settings with every value."""

    def __init__(self, options: Mcp3421Options) -> None:
        self._bits = options.resolution
        self._config = _CONTINUOUS | _RESOLUTION[self._bits] << 2 | _GAIN[options.gain]
        self._wait_s = 1.1 / _PER_SECOND[self._bits]
        self._volts_per_step = 4.096 / 2**self._bits / options.gain
        self._count = 4 if self._bits == _THREE_BYTES else 3

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return (VOLTAGE,)

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        port.write(bytes((self._config,)))
        yield self._wait_s

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        yield from NO_WAIT
        answer = port.read(self._count)
        told = answer[-1]
        if told & ~_NOT_READY != self._config:
            raise RefusedError(
                Reason.SETTINGS_LOST, f"its settings are {told:#04x}, not {self._config:#04x}"
            )
        if told & _NOT_READY:
            raise RefusedError(Reason.NOT_READY, "nothing new since the last reading")
        steps = int.from_bytes(answer[:-1], "big", signed=True)
        return {VOLTAGE.id: steps * self._volts_per_step}


def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
    """Make the chip of its options; see `collector_i2c.chips.chip.Driver`."""
    del wanted
    return Mcp3421(checked(Mcp3421Options, options))
