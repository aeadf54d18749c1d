"""How long reads take on a serial line, against what the cost model says beforehand.

Run by hand::

    python tests/benchmarks/bench_modbus_line.py [--cycles 9] [--latency-ms 10]

The simulated line is as slow as its speed makes it. Its device thinks for as long as the model
takes for granted until it has measured. Times are medians of whole reads that follow each other
without a pause, so the rest after the last answer is in them.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import rig
from bench_modbus_plan import METER

from collector import Deadline, SourceContext
from collector.clock import SystemClock
from collector_modbus.bus.buses import Buses
from collector_modbus.planning.cost import cost_of
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import SerialLink
from collector_modbus.settings.simulate import SimulateSettings
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.pacing import LinePace
from collector_modbus.source import ModbusSource
from collector_modbus.unit import Unit

BAUDRATES = (9600, 19200, 115200)
WANTED = [*range(5, 15), *range(100, 110), *range(120, 145), *range(230, 240)]
WARM_UP_REQUESTS = 12
READ_TIMEOUT_S = 10.0


def points(addresses: Sequence[int], type_name: str) -> dict[str, Any]:
    """Return the keys of a source with these points."""
    return {
        "point": [
            {"metric": f"m{address}", "address": address, "type": type_name}
            for address in addresses
        ]
    }


MAPS = {
    "A: 15 floats of a meter": points(METER, "float32"),
    "B: every tenth of 240": points(range(1000, 1231, 10), "uint16"),
    "C: 55 of 300": points(WANTED, "uint16"),
    "eastron-sdm630": {"profile": "eastron-sdm630"},
    "carlo-gavazzi-em340": {"profile": "carlo-gavazzi-em340"},
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """What reading a map once takes.

    Attributes:
        blocks: The requests.
        link: The line.
        measured_s: How long it took.
        turnaround_s: How fast the device is, as the source measured it.
    """

    blocks: Sequence[Block]
    link: SerialLink
    measured_s: float
    turnaround_s: float | None

    def predicted_s(self, turnaround_s: float | None) -> float:
        """Return how long it should have taken with a device of this speed."""
        cost = cost_of(self.link, turnaround_s=turnaround_s)
        return sum(cost.of(block) for block in self.blocks)


@contextmanager
def opened(link: SerialLink, keys: dict[str, Any]) -> Iterator[tuple[ModbusSource, Unit]]:
    """Open a source on a link."""
    table = {"link": {"type": "rtu", "port": link.port}, **keys}
    settings = ModbusSettings.model_validate(table).model_copy(update={"link": link})
    clock = SystemClock()
    profile = Library().load(settings.profile) if settings.profile else None
    unit = Unit(settings, Buses().of(link, clock))
    context = SourceContext("bench", "bench", 1.0, clock)
    source = ModbusSource(settings, points_of(settings, profile), context, unit)
    source.open()
    try:
        yield source, unit
    finally:
        source.close()


def measured(baudrate: int, keys: dict[str, Any], latency: str, cycles: int) -> Cycle:
    """Read a map again and again."""
    clock = SystemClock()
    line = SerialLink(type="rtu", port="-", baudrate=baudrate)
    device = SimulatedDevice(1, simulate=SimulateSettings.model_validate({"latency": latency}))
    with SimulatedBus("rtu", clock, pace=LinePace.of(line)) as bus:
        bus.add(device)
        link = bus.link(line)
        assert isinstance(link, SerialLink)
        with opened(link, keys) as (source, unit):

            def read_s() -> float:
                began_s = time.perf_counter()
                for group in source.groups:
                    source.read(group.name, Deadline.after(clock, READ_TIMEOUT_S))
                return time.perf_counter() - began_s

            while bus.request_count <= WARM_UP_REQUESTS:
                read_s()
            read_s()  # planned by what was measured
            before = bus.request_count
            times_s = [read_s() for _ in range(cycles)]
            count = (bus.request_count - before) // cycles
            blocks = [request.block for request in bus.requests[-count:] if request.block]
            return Cycle(blocks, link, statistics.median(times_s), unit.turnaround_s)


def cells(cycle: Cycle) -> tuple[str, ...]:
    """Return the figures of a cycle."""
    default_s = cycle.predicted_s(None)
    known_s = cycle.predicted_s(cycle.turnaround_s)
    return (
        f"{len(cycle.blocks)}",
        f"{cycle.measured_s * 1e3:.1f}",
        f"{default_s * 1e3:.1f}",
        f"{cycle.measured_s / default_s:.3f}",
        f"{(cycle.turnaround_s or 0) * 1e3:.1f}",
        f"{known_s * 1e3:.1f}",
        f"{cycle.measured_s / known_s:.3f}",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cycles", type=int, default=9)
    parser.add_argument("--latency-ms", type=float, default=10.0)
    arguments = parser.parse_args()
    latency = f"{arguments.latency_ms:g}ms"
    rows = [
        (f"{name}, {baudrate}", *cells(measured(baudrate, keys, latency, arguments.cycles)))
        for baudrate in BAUDRATES
        for name, keys in MAPS.items()
    ]
    rig.show(
        (
            *("map", "requests", "measured, ms", "predicted, ms", "ratio"),
            *("turnaround, ms", "predicted with it, ms", "ratio"),
        ),
        rows,
    )


if __name__ == "__main__":
    main()
