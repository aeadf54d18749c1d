"""A DS3231 whose clock goes with the collector's."""

from datetime import UTC, datetime

from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.waves import wave_of


class SimulatedDs3231(RegisterChip):
    """Keeps time; after a reset it says that it was stopped."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._is_new = True
        super().__init__({0x0E: b"\x1c"})

    def reset(self) -> None:
        """See `FakeChip`."""
        super().reset()
        self.memory[0x0F] = 0x08 if self._is_new else 0x88
        self._is_new = False

    def refresh(self) -> None:
        """See `RegisterChip`."""
        now = datetime.fromtimestamp(self._setting.clock.wall_ms() // 1000, UTC)
        parts = (now.second, now.minute, now.hour, now.isoweekday(), now.day, now.month)
        self.memory[0:7] = bytes(int(str(part), 16) for part in (*parts, now.year % 100))
        celsius = wave_of("temperature").at(self._setting.clock.monotonic_s(), self._setting.name)
        self.memory[0x11:0x13] = (round(celsius * 4) << 6).to_bytes(2, "big", signed=True)
