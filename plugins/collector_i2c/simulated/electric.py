"""ADS1115, ADS1015, MCP3421, INA219 and INA226 on voltages that rise and fall."""

from collector.testkit.i2c.chip import FakeChip
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.waves import wave_of
from collector_i2c.simulated.words import Words

_FULL_SCALE = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
_RESET_ADS, _DONE = 0x8583, 0x8000


class SimulatedAds1x15(Words):
    """Converts when its configuration is written.

    Args:
        setting: Its surroundings.
        step: 1 for 16 bits, 16 for 12 bits at the left of 16.
        rates: Samples per second, by code.
    """

    def __init__(self, setting: Setting, *, step: int, rates: tuple[int, ...]) -> None:
        self._setting = setting
        self._step = step
        self._rates = rates
        self._ready_at_s = 0.0
        super().__init__({0x01: _RESET_ADS})

    def store(self, register: int, word: int) -> None:
        """See `Words`."""
        super().store(register, word)
        if register == 0x01 and word & _DONE:
            self.registers[0x01] = word & ~_DONE
            rate = self._rates[min(word >> 5 & 7, len(self._rates) - 1)]
            self._ready_at_s = self._setting.clock.monotonic_s() + 1 / rate

    def refresh(self) -> None:
        """See `Words`."""
        now_s = self._setting.clock.monotonic_s()
        config = self.registers[0x01]
        if config & _DONE or now_s < self._ready_at_s or self._setting.faults.not_ready:
            return
        self.registers[0x01] = config | _DONE
        mux, full_scale = config >> 12 & 7, _FULL_SCALE[config >> 9 & 7]
        volts = wave_of("voltage").at(now_s, f"{self._setting.name} {mux}")
        counts = min(max(round(volts / full_scale * 32768), -32768), 32767)
        self.registers[0x00] = counts // self._step * self._step & 0xFFFF


class SimulatedMcp3421(FakeChip):
    """Converts all the time."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._read_at_s = 0.0
        self.reset()

    def reset(self) -> None:
        """See `FakeChip`."""
        self._config = 0x10

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if data:
            self._config = data[0] & 0x7F
            self._read_at_s = self._setting.clock.monotonic_s()

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        now_s = self._setting.clock.monotonic_s()
        code = self._config >> 2 & 3
        bits, per_second = (12, 14, 16, 18)[code], (240, 60, 15, 3.75)[code]
        is_new: bool = (
            now_s - self._read_at_s >= 1 / per_second and not self._setting.faults.not_ready
        )
        if is_new:
            self._read_at_s = now_s
        volts = wave_of("voltage").at(now_s, self._setting.name) * (1 << (self._config & 3))
        most: int = (1 << bits - 1) - 1
        counts = min(round(volts / 4.096 * (1 << bits)), most)
        size = 3 if bits == 18 else 2  # noqa: PLR2004 - what does not fit into two bytes
        told = self._config | (0 if is_new else 0x80)
        return (counts.to_bytes(size, "big", signed=True) + bytes((told,)) * 4)[:count]


class SimulatedPcf8591(FakeChip):
    """Converts as it is read, and gives the conversion before first."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.reset()

    def reset(self) -> None:
        """See `FakeChip`."""
        self._channel = 0
        self._before = 0x80

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if data:
            self._channel = data[0] & 3

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        now_s = self._setting.clock.monotonic_s()
        volts = wave_of("voltage").at(now_s, f"{self._setting.name} {self._channel}")
        before, self._before = self._before, min(int(volts / 3.3 * 256), 0xFF)
        return bytes((before, *(self._before,) * count))[:count]


class SimulatedIna2xx(Words):
    """Reckons current and power by its calibration.

    Args:
        setting: Its surroundings.
        is_226: Whether it is an INA226.
    """

    def __init__(self, setting: Setting, *, is_226: bool) -> None:
        self._setting = setting
        self._is_226 = is_226
        maker = 0x1234 if setting.faults.wrong_id else 0x5449
        super().__init__({0x00: 0x4127, 0xFE: maker, 0xFF: 0x2260} if is_226 else {0x00: 0x399F})

    def refresh(self) -> None:
        """See `Words`."""
        now_s = self._setting.clock.monotonic_s()
        shunt_v = wave_of("shunt_voltage").at(now_s, self._setting.name)
        bus_v = wave_of("bus_voltage").at(now_s, self._setting.name)
        shunt = round(shunt_v / (2.5e-6 if self._is_226 else 10e-6))
        calibration = self.registers.get(0x05, 0)
        current = shunt * calibration // (2048 if self._is_226 else 4096)
        bus = round(bus_v / 1.25e-3) if self._is_226 else round(bus_v / 4e-3) << 3 | 2
        power = current * (bus if self._is_226 else bus >> 3) // (20000 if self._is_226 else 5000)
        ready = 0x00 if self._setting.faults.not_ready else 0x08
        self.registers |= {0x01: shunt, 0x02: bus, 0x03: power, 0x04: current, 0x06: ready}
