"""CPU of one read of the system source, against a bare loop that reads the same files.

Run by hand::

    python tests/benchmarks/bench_system.py [--reads 200] [--rounds 3]

The bare loop opens, reads and closes every file that one read of the source opens, in the same
order, and does nothing with what stands there. CPU is that of all threads.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import rig

from collector import Deadline, SourceContext
from collector.clock import SystemClock
from collector_system.settings import SystemSettings
from collector_system.source import COMMON, SystemSource

PATIENCE_S = 10.0


class Opened:
    """Remembers which files are opened while it is on. Cannot be taken out of the process again."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.is_on = False
        sys.addaudithook(self._happened)

    def _happened(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event == "open" and isinstance(arguments[0], str):
            self.files.append(Path(arguments[0]))


def cpu_us(work: Callable[[], object], times: int) -> float:
    """Return the CPU of one call, in microseconds."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


def read_bare(files: list[str]) -> None:
    """Read files, and forget them; one that is gone, as its process has ended, is none."""
    for file in files:
        try:
            with open(file, "rb") as opened:  # noqa: PTH123 - the barest way
                opened.read()
        except OSError:
            continue


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reads", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    clock, opened = SystemClock(), Opened()
    context = SourceContext(name="bench", sensor="bench", interval_s=10.0, clock=clock)
    source = SystemSource(SystemSettings(), context)

    def read() -> int:
        readings = source.read(COMMON, Deadline.after(clock, PATIENCE_S))
        return sum(len(reading.values) for reading in readings)

    source.open()
    read()
    opened.is_on = True
    metrics = read()
    opened.is_on = False
    files = [str(file) for file in opened.files]
    figures: dict[str, list[float]] = {"system source": [], "bare loop": []}
    for _ in range(arguments.rounds):
        figures["system source"].append(cpu_us(read, arguments.reads))
        figures["bare loop"].append(cpu_us(lambda: read_bare(files), arguments.reads))
    source.close()
    bare = statistics.median(figures["bare loop"])
    print(f"{metrics} metrics from {len(files)} files")
    rig.show(
        ("reader", "CPU us/read", "ratio"),
        [
            (name, f"{statistics.median(found):.0f}", f"{statistics.median(found) / bare:.2f}")
            for name, found in figures.items()
        ],
    )


if __name__ == "__main__":
    main()
