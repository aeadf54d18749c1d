"""Batteries (a UPS, a HAT) and mains supplies."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from collector import Deadline
from collector_system.groups.group import MetricGroup
from collector_system.table import AMPERES, FLAG, PERCENT, TEXT, VOLTS, Measured, Row, Table
from collector_system.tree import Tree

_MICRO = 1e-6


@dataclass(frozen=True, slots=True)
class Supply:
    """One entry of ``/sys/class/power_supply``; None for what its driver does not tell."""

    type: str | None
    percent: int | None
    status: str | None
    microvolts: int | None
    microamperes: int | None
    online: int | None


def _scaled(value: int | None) -> float | None:
    return None if value is None else value * _MICRO


BATTERY: Table[Supply] = Table(
    (
        Row("battery_{}_percent", "Battery {} charge", PERCENT, lambda supply: supply.percent),
        Row("battery_{}_status", "Battery {} status", TEXT, lambda supply: supply.status),
        Row(
            "battery_{}_voltage",
            "Battery {} voltage",
            VOLTS,
            lambda supply: _scaled(supply.microvolts),
        ),
        Row(
            "battery_{}_current",
            "Battery {} current",
            AMPERES,
            lambda supply: _scaled(supply.microamperes),
        ),
    )
)
MAINS: Table[Supply] = Table(
    (
        Row(
            "power_{}_online",
            "Supply {} online",
            FLAG,
            lambda supply: None if supply.online is None else supply.online > 0,
        ),
    )
)


class BatteryGroup(MetricGroup):
    """Every supply that a driver knows."""

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        sys = self.machine.sys
        for name in sys.names("class/power_supply"):
            # Gauges hang on slow buses.
            work = partial(read_supply, sys, f"class/power_supply/{name}")
            supply = self.machine.guard.call(f"supply {name}", work, deadline)
            if supply is not None:
                table = BATTERY if supply.type == "Battery" else MAINS
                yield from table.measure(supply, of=name)


def read_supply(sys: Tree, path: str) -> Supply:
    """Return what the driver tells of one supply."""
    return Supply(
        type=sys.optional(f"{path}/type"),
        percent=sys.number(f"{path}/capacity"),
        status=sys.optional(f"{path}/status"),
        microvolts=sys.number(f"{path}/voltage_now"),
        microamperes=sys.number(f"{path}/current_now"),
        online=sys.number(f"{path}/online"),
    )
