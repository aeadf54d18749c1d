"""Temperatures and fans: hwmon chips and, where no chip stands for them, thermal zones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from collector import Deadline
from collector_system.groups.group import MetricGroup
from collector_system.table import CELSIUS, Measured, Quantity, Row, Table
from collector_system.tree import Tree

_MILLI = 1000.0
_UNWANTED = re.compile(r"[^A-Za-z0-9]+")

TEMPERATURE: Table[float] = Table(
    (Row("temp_{}", "Temperature {}", CELSIUS, lambda celsius: celsius),)
)
FAN: Table[float] = Table((Row("fan_{}", "Fan {}", Quantity(annotation="rpm"), lambda rpm: rpm),))


@dataclass(frozen=True, slots=True)
class Chip:
    """A hwmon chip.

    Attributes:
        path: Below sysfs.
        name: The driver's, with that of the device if an earlier device has the same.
    """

    path: str
    name: str


class TemperatureGroup(MetricGroup):
    """Every temperature that the kernel knows."""

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        sys, guard = self.machine.sys, self.machine.guard
        found = chips(sys)
        for chip in found:
            work = partial(inputs, sys, chip, "temp")
            for name, milli in (
                guard.call(f"{chip.name} temperature", work, deadline) or {}
            ).items():
                yield from TEMPERATURE.measure(milli / _MILLI, of=name)
        for path, name in zones(sys, {chip.name for chip in found}):
            work_zone = partial(sys.number, f"{path}/temp")
            milli_zone = guard.call(f"{name} zone", work_zone, deadline)
            if milli_zone is not None:
                yield from TEMPERATURE.measure(milli_zone / _MILLI, of=name)


class FanGroup(MetricGroup):
    """Every fan whose speed is measured."""

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        sys, guard = self.machine.sys, self.machine.guard
        for chip in chips(sys):
            work = partial(inputs, sys, chip, "fan")
            for name, rpm in (guard.call(f"{chip.name} fan", work, deadline) or {}).items():
                yield from FAN.measure(rpm, of=name)


def chips(sys: Tree) -> list[Chip]:
    """Return the hwmon chips in an order that survives a reboot, under names of their own."""
    found = sorted(_labelled_paths(sys))
    taken: set[str] = set()
    named = []
    for device, path, name in found:
        own = f"{name}_{_word(device)}" if name in taken else name
        taken.add(own)
        named.append(Chip(path, own))
    return named


def inputs(sys: Tree, chip: Chip, kind: str) -> dict[str, int]:
    """Return a chip's inputs of one kind (``temp``, ``fan``) by name, without those at fault."""
    pattern = re.compile(rf"({kind}\d+)_input")
    names = [match[1] for match in map(pattern.fullmatch, sys.names(chip.path)) if match]
    values = {}
    for name in names:
        value = sys.number(f"{chip.path}/{name}_input")
        if value is not None:
            values[_input_name(sys, chip, name, alone=len(names) == 1)] = value
    return values


def zones(sys: Tree, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield path and name of thermal zones that no chip of a known name stands for."""
    taken = set(known)
    for zone in sys.names("class/thermal"):
        if zone.startswith("thermal_zone"):
            name = _word(sys.optional(f"class/thermal/{zone}/type") or zone)
            if name not in known:
                own = f"{name}_{zone.removeprefix('thermal_')}" if name in taken else name
                taken.add(own)
                yield f"class/thermal/{zone}", own


def _labelled_paths(sys: Tree) -> Iterator[tuple[str, str, str]]:
    for entry in sys.names("class/hwmon"):
        path = f"class/hwmon/{entry}"
        name = sys.optional(f"{path}/name")
        if name:
            yield sys.target(f"{path}/device") or entry, path, _word(name)


def _input_name(sys: Tree, chip: Chip, name: str, *, alone: bool) -> str:
    label = sys.optional(f"{chip.path}/{name}_label")
    if label:
        return f"{chip.name}_{_word(label)}"
    return chip.name if alone else f"{chip.name}_{name}"


def _word(text: str) -> str:
    return _UNWANTED.sub("_", text).strip("_").lower()
