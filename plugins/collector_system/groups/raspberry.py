"""The Raspberry Pi's undervoltage and throttling flags."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from collector import Deadline
from collector_system.decode.board import BoardHealth, parse_throttled
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import FLAG, Measured, Row, Table
from collector_system.tree import Tree

_SYSFS_FLAGS = "devices/platform/soc/soc:firmware/get_throttled"
FIRMWARE = "/dev/vcio"
"""What ``vcgencmd`` opens; Raspberry Pi OS gives it to the group ``video``."""

_VCGENCMD_EVERY_S = 60.0
_VCGENCMD_LIMIT_S = 5.0

HEALTH: Table[BoardHealth] = Table(
    (
        Row("rpi_under_voltage", "Undervoltage", FLAG, lambda pi: pi.under_voltage),
        Row("rpi_frequency_capped", "Frequency capped", FLAG, lambda pi: pi.frequency_capped),
        Row("rpi_throttled", "Throttled", FLAG, lambda pi: pi.throttled),
        Row("rpi_temperature_limit", "Temperature limit", FLAG, lambda pi: pi.temperature_limit),
        Row(
            "rpi_under_voltage_occurred",
            "Undervoltage before",
            FLAG,
            lambda pi: pi.under_voltage_occurred,
        ),
        Row(
            "rpi_frequency_capped_occurred",
            "Frequency capped before",
            FLAG,
            lambda pi: pi.frequency_capped_occurred,
        ),
        Row("rpi_throttled_occurred", "Throttled before", FLAG, lambda pi: pi.throttled_occurred),
        Row(
            "rpi_temperature_limit_occurred",
            "Temperature limit before",
            FLAG,
            lambda pi: pi.temperature_limit_occurred,
        ),
    )
)
ALARM: Table[bool] = Table(
    (Row("rpi_under_voltage", "Undervoltage", FLAG, lambda under_voltage: under_voltage),)
)


class RaspberryGroup(MetricGroup):
    """The flags from sysfs where the kernel has them, else from hwmon and from vcgencmd."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._asked_at_s: float | None = None

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        sys, guard = self.machine.sys, self.machine.guard
        flags = guard.call("get_throttled", partial(sys.optional, _SYSFS_FLAGS), deadline)
        if flags:
            yield from HEALTH.measure(parse_throttled(flags))
            return
        alarm = guard.call("rpi_volt", partial(under_voltage_alarm, sys), deadline)
        answer = self._firmware_answer(deadline)
        if answer:
            yield from HEALTH.measure(parse_throttled(answer))
        if alarm is not None:
            yield from ALARM.measure(alarm)

    def _firmware_answer(self, deadline: Deadline) -> str | None:
        # It starts a program, which costs more than all the other figures together.
        now_s = self.machine.clock.monotonic_s()
        if self._asked_at_s is not None and now_s - self._asked_at_s < _VCGENCMD_EVERY_S:
            return None
        self._asked_at_s = now_s
        work: Callable[[], str | None] = partial(ask_firmware, self.machine.settings.vcgencmd)
        return self.machine.guard.call("vcgencmd", work, deadline)


def asks_firmware(machine: Machine) -> bool:
    """Tell whether a program asks the firmware: it is there, and the kernel does not tell."""
    return Path(machine.settings.vcgencmd).exists() and not machine.sys.has(_SYSFS_FLAGS)


def under_voltage_alarm(sys: Tree) -> bool | None:
    """Return the alarm of the kernel's supply watcher; None where there is none."""
    for entry in sys.names("class/hwmon"):
        if sys.optional(f"class/hwmon/{entry}/name") == "rpi_volt":
            alarm = sys.number(f"class/hwmon/{entry}/in0_lcrit_alarm")
            return None if alarm is None else alarm != 0
    return None


def ask_firmware(program: str) -> str | None:
    """Return the line of ``vcgencmd get_throttled``; None where the program is not or fails."""
    if not Path(program).exists():
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the program of the configuration, fixed arguments
            [program, "get_throttled"],
            capture_output=True,
            text=True,
            timeout=_VCGENCMD_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None
