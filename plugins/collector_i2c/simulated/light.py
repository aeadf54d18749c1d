"""BH1750, TSL2561 and VEML7700 in a room whose light comes and goes."""

from collector.testkit.i2c.chip import FakeChip
from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.decode.light import BH1750_USUAL_TIME
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.waves import wave_of

_LIGHT = wave_of("illuminance")


def _lux(setting: Setting) -> float:
    return _LIGHT.at(setting.clock.monotonic_s(), setting.name)


class SimulatedBh1750(FakeChip):
    """Counts what the last command asked for."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.reset()

    def reset(self) -> None:
        """See `FakeChip`. It is off, and gives nothing but darkness."""
        self._time = BH1750_USUAL_TIME
        self._mode = 0

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        command = data[0] if data else 0
        if command >> 5 == 2:  # noqa: PLR2004 - 010xxxxx: the high bits of the time
            self._time = (command & 0x07) << 5 | self._time & 0x1F
        elif command >> 5 == 3:  # noqa: PLR2004 - 011xxxxx: the low bits
            self._time = self._time & 0xE0 | command & 0x1F
        else:
            self._mode = command & 0x23

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        counts = _lux(self._setting) * 1.2 * self._time / BH1750_USUAL_TIME
        if self._mode & 0x01:
            counts *= 2
        if not self._mode & 0x20:
            counts = 0
        return min(int(counts), 0xFFFF).to_bytes(2, "big")[:count]


class SimulatedTsl2561(RegisterChip):
    """Light of which 30 % is infrared: 0.0304 - 0.062 * 0.3**1.4 lux for a count."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        part = 0x50 if setting.options.get("package", "T") == "T" else 0x10
        if setting.faults.wrong_id:
            part = 0x30
        super().__init__({0x01: b"\x02", 0x0A: bytes((part,))})

    def pointed(self, byte: int) -> int:
        """See `RegisterChip`."""
        return byte & 0x0F

    def refresh(self) -> None:
        """See `RegisterChip`."""
        if self.memory[0] & 0x03 != 0x03:  # noqa: PLR2004 - off
            return
        time_ms = (13.7, 101.0, 402.0)[self.memory[1] & 0x03]
        gain = 16 if self.memory[1] & 0x10 else 1
        visible = _lux(self._setting) / 0.0189 * time_ms / 402 * gain / 16
        counts = (min(int(visible), 0xFFFF), min(int(0.3 * visible), 0xFFFF))
        self.memory[0x0C:0x10] = b"".join(count.to_bytes(2, "little") for count in counts)


class SimulatedVeml7700(FakeChip):
    """RegisterChip of two bytes, low byte first."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._pointer = 0
        self.reset()

    def reset(self) -> None:
        """See `FakeChip`."""
        self._config = b"\x01\x00"  # it is off

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if data:
            self._pointer = data[0]
        if len(data) > 2 and self._pointer == 0:  # noqa: PLR2004 - a pointer and two bytes
            self._config = data[1:3]

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        if self._pointer == 0:
            return self._config[:count]
        if self._pointer == 0x07:  # noqa: PLR2004 - the identity
            return (b"\x00\xc4" if self._setting.faults.wrong_id else b"\x81\xc4")[:count]
        return self._counts().to_bytes(2, "little")[:count]

    def _counts(self) -> int:
        config = int.from_bytes(self._config, "little")
        if config & 1:
            return 0
        gain = (1.0, 2.0, 0.125, 0.25)[config >> 11 & 3]
        time_ms = {0xC: 25, 0x8: 50, 0: 100, 1: 200, 2: 400, 3: 800}[config >> 6 & 0xF]
        return min(int(_lux(self._setting) / 0.0042 * time_ms / 800 * gain / 2), 0xFFFF)
