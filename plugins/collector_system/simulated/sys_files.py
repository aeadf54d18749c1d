"""Sysfs of the simulated machine."""

from collections.abc import Mapping

from collector_system.simulated.proc_files import BUSY
from collector_system.simulated.wave import Wave

_CELSIUS = Wave(51.0, 6.0, 240.0)
_FAN_RPM = Wave(2400.0, 600.0, 240.0, phase_s=-20.0)
_CHARGE_PERCENT = Wave(70.0, 25.0, 3600.0)
_DIP_EVERY_S = 300.0
_DIP_S = 20.0
_UNDER_VOLTAGE_NOW = 0x50005
_UNDER_VOLTAGE_BEFORE = 0x50000
_WRITTEN_KIB_BEFORE = 183_467_512

FIXED: Mapping[str, str] = {
    "class/hwmon/hwmon0/name": "cpu_thermal\n",
    "class/hwmon/hwmon1/name": "rpi_volt\n",
    "class/hwmon/hwmon2/name": "pwmfan\n",
    "class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "class/net/eth0/operstate": "up\n",
    "class/net/eth0/speed": "1000\n",
    "class/net/wlan0/operstate": "up\n",
    "class/net/lo/operstate": "unknown\n",
    "class/power_supply/ups/type": "Battery\n",
    "class/power_supply/ups/status": "Discharging\n",
    "class/power_supply/ups/current_now": "-420000\n",
    "class/power_supply/mains/type": "Mains\n",
    "class/power_supply/mains/online": "1\n",
    "block/mmcblk0/device/life_time": "0x01 0x03\n",
    "block/mmcblk0/device/pre_eol_info": "0x01\n",
    "fs/ext4/mmcblk0p2/errors_count": "0\n",
}
"""Files that do not change."""

LINKS: Mapping[str, str] = {"dev/block/179:2": "../../block/mmcblk0/mmcblk0p2"}
"""Symbolic links and where they lead."""


def sys_files(t_s: float) -> dict[str, str]:
    """Return path and text of every file that moves, so many seconds after the start."""
    dips = t_s % _DIP_EVERY_S < _DIP_S
    flags = _UNDER_VOLTAGE_NOW if dips else _UNDER_VOLTAGE_BEFORE
    milli_celsius = f"{_CELSIUS.at(t_s) * 1000:.0f}\n"
    charge = _CHARGE_PERCENT.at(t_s)
    return {
        "class/hwmon/hwmon0/temp1_input": milli_celsius,
        "class/thermal/thermal_zone0/temp": milli_celsius,
        "class/hwmon/hwmon1/in0_lcrit_alarm": f"{dips:d}\n",
        "class/hwmon/hwmon2/fan1_input": f"{_FAN_RPM.at(t_s):.0f}\n",
        "class/power_supply/ups/capacity": f"{charge:.0f}\n",
        "class/power_supply/ups/voltage_now": f"{3_300_000 + charge * 9000:.0f}\n",
        "devices/platform/soc/soc:firmware/get_throttled": f"{flags:x}\n",
        "fs/ext4/mmcblk0p2/lifetime_write_kbytes": f"{_WRITTEN_KIB_BEFORE + int(t_s * 150)}\n",
        **{
            f"devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq": f"{_khz(busy.at(t_s))}\n"
            for core, busy in enumerate(BUSY)
        },
    }


def _khz(busy: float) -> int:
    return 1_500_000 if busy > 0.3 else 600_000  # noqa: PLR2004 - a governor's threshold
