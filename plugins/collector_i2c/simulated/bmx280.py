"""A BMP280 or BME280 with the calibration and the readings of real ones, moving."""

from collections.abc import Mapping
from types import MappingProxyType

from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.wave import Wave

# Bytes of a real chip's calibration, from the playback in periph/devices bmxx80/bmx280_test.go;
# with the readings 0x4A52C, 0x8096C and 0x7A76 it gives 23.72 °C, 100943 Pa and 65.3 %RH.
_CALIBRATION: Mapping[int, bytes] = MappingProxyType(
    {
        0x88: bytes.fromhex("106e6c6632005d95b8d5d00b771e9dfff9ffac260ad8bd10004b"),
        0xE1: bytes.fromhex("6e01001305001e"),
    }
)
_PRESSURE = Wave(0x4A52C, 3000, 3600)
_TEMPERATURE = Wave(0x8096C, 9000, 900)
_HUMIDITY = Wave(0x7A76, 1200, 1300)
_CTRL_MEAS, _STATUS, _DATA = 0xF4, 0xF3, 0xF7
_MEASURING = 0x08
_MODE_BITS = 0x03
_TAKES_S = 0.008


class SimulatedBmx280(RegisterChip):
    """Converts when it is told to, and takes its time."""

    def __init__(self, setting: Setting, *, chip_id: int) -> None:
        shown = 0x61 if setting.faults.wrong_id else chip_id
        self._setting = setting
        self._ready_at_s: float | None = None
        super().__init__({0xD0: bytes((shown,)), **_CALIBRATION})

    def reset(self) -> None:
        """See `FakeChip`."""
        super().reset()
        self._ready_at_s = None
        self.memory[_DATA : _DATA + 8] = bytes.fromhex("8000008000008000")  # nothing measured

    def store(self, register: int, byte: int) -> None:
        """See `RegisterChip`. A mode other than sleep begins a conversion."""
        super().store(register, byte)
        if register == _CTRL_MEAS and byte & _MODE_BITS:
            self.memory[_STATUS] = _MEASURING
            self._ready_at_s = self._setting.clock.monotonic_s() + _TAKES_S

    def refresh(self) -> None:
        """See `RegisterChip`. Ends a conversion when its time is up."""
        now_s = self._setting.clock.monotonic_s()
        if self._ready_at_s is None or now_s < self._ready_at_s or self._setting.faults.not_ready:
            return
        self._ready_at_s = None
        self.memory[_STATUS] = 0
        self.memory[_CTRL_MEAS] &= ~_MODE_BITS
        self.memory[_DATA : _DATA + 8] = self._converted(now_s)

    def _converted(self, now_s: float) -> bytes:
        name = self._setting.name
        pressure = int(_PRESSURE.at(now_s, f"{name} p")) << 4
        temperature = int(_TEMPERATURE.at(now_s, f"{name} t")) << 4
        humidity = int(_HUMIDITY.at(now_s, f"{name} h"))
        return (
            pressure.to_bytes(3, "big")
            + temperature.to_bytes(3, "big")
            + humidity.to_bytes(2, "big")
        )
