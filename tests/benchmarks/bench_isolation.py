"""What a process of its own costs a source: its start, its memory, and each read.

Run by hand::

    python tests/benchmarks/bench_isolation.py [--reads 5000] [--rounds 3] [--workers 10]

The source gives the same five doubles again and again, so nothing but the way to it is measured.
The baseline is the same source in the thread of its link: `Border.call` and the check that it gave
readings. A start is timed from ``open()`` until that returns, the plugin's import included. Memory
is what so many workers have to themselves (private) and their part of what they share (Pss).
"""

import argparse
import statistics
import sys
import threading
import time
import timeit
from pathlib import Path

from collector.clock import Deadline, SystemClock
from collector.isolation.workers import Workers
from collector.plugin.hooks import hookimpl
from collector.plugin.kind import SourceKind
from collector.plugin.offers import InstalledPlugin
from collector.plugin.settings import ConfigModel
from collector.plugin.source import Metric, Reading, Source, SourceContext
from collector.sampling.reading import collect

CLOCK = SystemClock()
KIND = InstalledPlugin("quick", "bench", "1", "bench_isolation")


class QuickSettings(ConfigModel):
    metrics: int = 5


class Quick(Source):
    """Gives the same values again and again."""

    def __init__(self, settings, context):
        self._metrics = [Metric(id=f"metric-{number}") for number in range(settings.metrics)]
        self._values = {metric.id: number / 7 for number, metric in enumerate(self._metrics)}

    @property
    def metrics(self):
        return self._metrics

    def read(self, group, deadline):
        return (Reading(values=self._values),)


@hookimpl
def collector_source_kinds():
    return [SourceKind(name="quick", settings=QuickSettings, create=Quick)]


def made(workers, name, metrics):
    """Return the source in this process, and the same in one of its own."""
    from bench_isolation import Quick, QuickSettings  # noqa: PLC0415 - by the name it has there

    settings = QuickSettings(metrics=metrics)
    context = SourceContext(name, name, 1.0, CLOCK)
    isolated = workers.isolate(
        plugin=KIND, name=name, sensor=name, interval_s=1.0,
        settings=settings, refuse=print,
    )  # fmt: skip
    return Quick(settings, context), isolated


def started(workers, number):
    """Start so many workers one by one; return the seconds of each."""
    seconds = []
    for each in range(number):
        _, source = made(workers, f"start {each}", 5)
        began_s = time.monotonic()
        source.open()
        seconds.append(time.monotonic() - began_s)
    return seconds


def memory_of(workers):
    """Return Pss and private memory of each worker, in MiB."""
    for worker in workers._workers.values():
        file = Path(f"/proc/{worker._process.pid}/smaps_rollup")
        lines = [line.split() for line in file.read_text().splitlines()[1:]]
        kib = {words[0].rstrip(":"): int(words[1]) for words in lines}
        yield kib["Pss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024


def read_us(source, reads):
    """Return the wall clock's and this process's CPU microseconds of one read."""
    deadline = Deadline.after(CLOCK, 60)
    cpu_s = time.process_time()
    wall_s = timeit.timeit(lambda: collect(source.read("", deadline)), number=reads)
    return 1e6 * wall_s / reads, 1e6 * (time.process_time() - cpu_s) / reads


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reads", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=10)
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    workers = Workers(CLOCK, threading.Event())
    try:
        show_start(workers, arguments.workers)
        print("\n| metrics | thread, us | process, us | of which CPU here | more, us |")
        print("| ------: | ---------: | ----------: | ----------------: | -------: |")
        for metrics in (5, 50):
            show_reads(workers, metrics, arguments)
    finally:
        workers.stop()


def show_start(workers, number):
    seconds = started(workers, number)
    sizes = [statistics.median(each) for each in zip(*memory_of(workers), strict=True)]
    print("| figure | median |\n| ------ | -----: |")
    print(f"| start of a worker, ms | {1000 * statistics.median(seconds):.0f} |")
    print(f"| memory, Pss of {number}, MiB each | {sizes[0]:.1f} |")
    print(f"| memory, private, MiB each | {sizes[1]:.1f} |")


def show_reads(workers, metrics, arguments):
    thread, process = made(workers, f"read {metrics}", metrics)
    process.open()
    rounds = [
        (read_us(thread, arguments.reads), read_us(process, arguments.reads))
        for _ in range(arguments.rounds)
    ]
    bare = statistics.median(each[0][0] for each in rounds)
    wall = statistics.median(each[1][0] for each in rounds)
    cpu = statistics.median(each[1][1] for each in rounds)
    print(f"| {metrics} | {bare:.1f} | {wall:.1f} | {cpu:.1f} | {wall - bare:.1f} |")


if __name__ == "__main__":
    main()
