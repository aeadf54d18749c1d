"""Which class reads which group. Each is imported when a configuration first names it."""

import importlib

from collector_system.groups.group import Machine, MetricGroup
from collector_system.settings import GroupName

_HOME: dict[GroupName, tuple[str, str]] = {
    "cpu": ("cpu", "CpuGroup"),
    "memory": ("memory", "MemoryGroup"),
    "swap": ("memory", "SwapGroup"),
    "disk": ("disk", "DiskGroup"),
    "diskio": ("diskio", "DiskIoGroup"),
    "network": ("network", "NetworkGroup"),
    "wireless": ("wireless", "WirelessGroup"),
    "temperature": ("sensors", "TemperatureGroup"),
    "fan": ("sensors", "FanGroup"),
    "battery": ("battery", "BatteryGroup"),
    "process": ("process", "ProcessGroup"),
    "system": ("system", "SystemGroup"),
    "pressure": ("pressure", "PressureGroup"),
    "raspberry": ("raspberry", "RaspberryGroup"),
    "wear": ("wear", "WearGroup"),
}


def make_group(name: GroupName, machine: Machine) -> MetricGroup:
    """Return the group of this name. Does no I/O."""
    module, class_name = _HOME[name]
    made: MetricGroup = getattr(
        importlib.import_module(f"collector_system.groups.{module}"), class_name
    )(machine)
    return made
