"""BMP388 and BME680 with the calibration of real ones, moving."""

from collections.abc import Mapping
from types import MappingProxyType

from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.wave import Wave

_TAKES_S = 0.004


class _Forced(RegisterChip):
    """Converts once when it is told to, and then holds the result.

    Args:
        setting: Its surroundings.
        image: What it holds when its power comes.
        trigger: The register whose writing begins a conversion ...
        bits: ... if one of these is set.
    """

    def __init__(
        self, setting: Setting, image: Mapping[int, bytes], trigger: int, bits: int = 0x03
    ) -> None:
        self.setting = setting
        self._trigger = trigger
        self._bits = bits
        self._ready_at_s: float | None = None
        super().__init__(image)

    def reset(self) -> None:
        """See `FakeChip`."""
        super().reset()
        self._ready_at_s = None

    def store(self, register: int, byte: int) -> None:
        """See `RegisterChip`."""
        super().store(register, byte)
        if register == self._trigger and byte & self._bits:
            self.begin_conversion()
            self._ready_at_s = self.setting.clock.monotonic_s() + _TAKES_S

    def refresh(self) -> None:
        """See `RegisterChip`."""
        now_s = self.setting.clock.monotonic_s()
        if self._ready_at_s is None or now_s < self._ready_at_s or self.setting.faults.not_ready:
            return
        self._ready_at_s = None
        self.load(self.converted(now_s))

    def begin_conversion(self) -> None:
        """Show that there is no result now."""
        raise NotImplementedError

    def converted(self, now_s: float) -> Mapping[int, bytes]:
        """Return the registers of a conversion."""
        raise NotImplementedError


# The data sheet's calibration; with 27898 and 23843 it gives 15.0 °C and 69964 Pa.
_BMP180: Mapping[int, bytes] = MappingProxyType(
    {0xAA: bytes.fromhex("0198ffb8c7d17fe57ff55a71182e00048000ddf90b34")}
)


class SimulatedBmp180(_Forced):
    """A BMP180 in thin air, as its data sheet's example is."""

    def __init__(self, setting: Setting) -> None:
        shown = 0x58 if setting.faults.wrong_id else 0x55
        super().__init__(setting, {0xD0: bytes((shown,)), **_BMP180}, 0xF4, 0x2E)

    def begin_conversion(self) -> None:
        """See `_Forced`. A bit of the command says that it converts."""

    def converted(self, now_s: float) -> Mapping[int, bytes]:
        """See `_Forced`."""
        command = self.memory[0xF4]
        if command & 0x1F == 0x0E:  # noqa: PLR2004 - the temperature
            raw = int(Wave(28500, 500, 900).at(now_s, f"{self.setting.name} t")) << 8
        else:
            raw = int(Wave(23843, 150, 3600).at(now_s, f"{self.setting.name} p")) << 8
        return {0xF4: bytes((command & ~0x20,)), 0xF6: raw.to_bytes(3, "big")}


# A real chip's calibration, from hybridgroup/gobot's tests; with 0x706000 and 0x811000 it gives
# 25.14 °C and 100318 Pa.
_BMP388: Mapping[int, bytes] = MappingProxyType(
    {0x31: bytes.fromhex("246b9c49f668ffbdf523009765b87af3f6d3400ec4")}
)


class SimulatedBmp388(_Forced):
    """A BMP388, or with its id a BMP390."""

    def __init__(self, setting: Setting, *, chip_id: int) -> None:
        shown = 0x58 if setting.faults.wrong_id else chip_id
        super().__init__(setting, {0x00: bytes((shown,)), **_BMP388}, 0x1B)

    def begin_conversion(self) -> None:
        """See `_Forced`."""
        self.memory[0x03] = 0x10

    def converted(self, now_s: float) -> Mapping[int, bytes]:
        """See `_Forced`."""
        pressure = int(Wave(0x706000, 20000, 3600).at(now_s, f"{self.setting.name} p"))
        temperature = int(Wave(0x811000, 60000, 900).at(now_s, f"{self.setting.name} t"))
        data = pressure.to_bytes(3, "little") + temperature.to_bytes(3, "little")
        return {0x03: b"\x70" + data}


# A real chip's calibration, from the tests of pimoroni/bme680-python; with T 501240, P 353485 and
# H 19019 it gives 26.69 °C, 98712 Pa and 42.4 %RH.
_BME680: Mapping[int, bytes] = MappingProxyType(
    {
        0x00: bytes.fromhex("3000100000"),
        0x89: bytes.fromhex("0065670300418fedd658008e1c7fff2e1e000097f3b5f61e00"),
        0xE1: bytes.fromhex("40542a002d14789cb9654e9fe2120000"),
    }
)


class SimulatedBme680(_Forced):
    """A BME680, or with its variant a BME688."""

    def __init__(self, setting: Setting, *, variant: int) -> None:
        shown = 0x60 if setting.faults.wrong_id else 0x61
        self._gas_at = 0x2C if variant else 0x2A
        identity = {0xD0: bytes((shown,)), 0xF0: bytes((variant,))}
        super().__init__(setting, {**_BME680, **identity}, 0x74)  # 0xF0 is the last of 0xE1's

    def begin_conversion(self) -> None:
        """See `_Forced`."""
        self.memory[0x1D] = 0x20

    def converted(self, now_s: float) -> Mapping[int, bytes]:
        """See `_Forced`."""
        name = self.setting.name
        pressure = int(Wave(353485, 4000, 3600).at(now_s, f"{name} p")) << 4
        temperature = int(Wave(501240, 9000, 900).at(now_s, f"{name} t")) << 4
        humidity = int(Wave(19019, 1500, 1300).at(now_s, f"{name} h"))
        gas = int(Wave(600, 80, 1700).at(now_s, f"{name} g"))
        data = pressure.to_bytes(3, "big") + temperature.to_bytes(3, "big")
        heated = 0x30 if self.memory[0x71] & 0x30 else 0x00
        return {
            0x1D: b"\x80",
            0x1F: data + humidity.to_bytes(2, "big"),
            self._gas_at: bytes((gas >> 2, (gas & 3) << 6 | heated | 5)),
        }
