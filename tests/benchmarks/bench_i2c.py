"""CPU of one reading of a BME280, against the same transfers by bare smbus2.

Run by hand::

    python tests/benchmarks/bench_i2c.py [--reads 2000] [--rounds 3]

Both go through smbus2 to the same simulated chip; its clock jumps over the conversion, so nobody
waits. What the source does besides: retries, locks, turns, checks of the chip's settings, Bosch's
arithmetic, and a reading with an instant.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import rig

from collector import Deadline, SourceContext
from collector.clock import SystemClock
from collector_i2c.buses import Buses
from collector_i2c.settings import I2cSettings
from collector_i2c.simulator import I2cSimulator, SimulatedBus
from collector_i2c.source import I2cSource

ADDRESS = 0x76
CONVERSION_S = 0.0093
PATIENCE_S = 5.0


class JumpingClock(SystemClock):
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_s = 0.0

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return super().monotonic_s() + self._ahead_s

    def wait(self, condition: object, timeout_s: float | None) -> None:
        """See `Clock`. Jumps."""
        del condition
        self._ahead_s += timeout_s or 0.0


def cpu_us(work: Callable[[], object], times: int) -> float:
    """Return the CPU of one call, in microseconds."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reads", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    clock, buses = JumpingClock(), Buses()
    context = SourceContext(name="bench", sensor="bench", interval_s=10.0, clock=clock)
    simulator = I2cSimulator(I2cSettings(device="bme280"), context, buses)
    settings = simulator.start()
    source = I2cSource(settings, context, buses)
    source.open()
    bus = buses.simulated[settings.node]
    assert isinstance(bus, SimulatedBus)
    library = bus.own_smbus2
    smbus, message = library.SMBus("/dev/i2c-simulated"), library.i2c_msg

    def read() -> object:
        return list(source.read("", Deadline.after(clock, PATIENCE_S)))

    def read_bare() -> bytes:
        smbus.i2c_rdwr(message.write(ADDRESS, b"\xf2\x01"))
        smbus.i2c_rdwr(message.write(ADDRESS, b"\xf4\x25"))
        clock.wait(None, CONVERSION_S)
        answer = message.read(ADDRESS, 13)
        smbus.i2c_rdwr(message.write(ADDRESS, b"\xf2"), answer)
        return bytes(answer)

    figures: dict[str, list[float]] = {"i2c source": [], "bare smbus2": []}
    for _ in range(arguments.rounds):
        figures["i2c source"].append(cpu_us(read, arguments.reads))
        figures["bare smbus2"].append(cpu_us(read_bare, arguments.reads))
    source.close()
    simulator.stop()
    bare = statistics.median(figures["bare smbus2"])
    rig.show(
        ("reader", "CPU us/reading", "ratio"),
        [
            (name, f"{statistics.median(found):.1f}", f"{statistics.median(found) / bare:.2f}")
            for name, found in figures.items()
        ],
    )


if __name__ == "__main__":
    main()
