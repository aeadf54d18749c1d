"""Lateness of ticks, idle CPU, and what the checks of values cost; prints figures and ratios.

Run by hand::

    python tests/benchmarks/bench_sampling.py [--seconds 8] [--sources 50] [--rate 10] [--spread]

Lateness is that of the sources' links, one thread each, against as many bare threads that only wait
on a condition: what the machine and the interpreter themselves cost. A busy machine shifts both;
the ratio holds. By default all ticks fall on the same instants, the hardest case, where each waits
for those before it; ``--spread`` gives the sources offsets. The checks are timed against a loop
that does nothing but convert each value.
"""

import argparse
import random
import threading
import time
import timeit

from collector.clock import Deadline, SystemClock
from collector.ledger import Ledger
from collector.plugin.source import Metric, Reading, Source
from collector.sampling.engine import Sampling
from collector.sampling.plan import SourcePlan


class Quick(Source):
    """Gives the same values again and again."""

    def __init__(self, metrics=5):
        self._metrics = [Metric(id=f"metric-{number}") for number in range(metrics)]
        self.values = {metric.id: number / 7 for number, metric in enumerate(self._metrics)}

    @property
    def metrics(self):
        return self._metrics

    def read(self, group, deadline):
        return (Reading(values=self.values),)


def sampling_of(sources, interval_s, step_s=0.0):
    plans = [
        SourcePlan(
            name=f"s{number}",
            plugin="quick",
            package="",
            sensor=f"s{number}",
            source=source,
            interval_s=interval_s,
            offset_s=number * step_s,
            timeout_s=interval_s,
        )
        for number, source in enumerate(sources)
    ]
    return Sampling(
        plans,
        clock=SystemClock(),
        ledger=Ledger(),
        accept=lambda _: None,
        on_sensor_state=lambda *_: None,
        on_metrics=lambda *_: None,
        random=random.Random(1),
    )


def quantiles(lateness_s):
    ordered = sorted(lateness_s)
    return [1000 * ordered[len(ordered) * percent // 100] for percent in (50, 99)]


def of_links(sources, interval_s, seconds, step_s=0.0):
    """Return lateness in ms (p50, p99), CPU in percent, and ticks missed."""
    sampling = sampling_of([Quick() for _ in range(sources)], interval_s, step_s)
    sampling.start()
    time.sleep(1)
    for worker in sampling._links.workers:
        worker._lateness_s.clear()  # of the start, when all sources are opened and read at once
    began_s, cpu_s = time.monotonic(), time.process_time()
    time.sleep(seconds)
    cpu = 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)
    lateness_s = [late_s for worker in sampling._links.workers for late_s in worker._lateness_s]
    sampling.stop(Deadline.after(SystemClock(), 5))
    return *quantiles(lateness_s), cpu, sum(each.missed_ticks for each in sampling.sources())


def of_bare_threads(threads, interval_s, seconds, step_s=0.0):
    """Return lateness in ms (p50, p99) and CPU in percent."""
    lateness_s = []
    start_s = time.monotonic() + 0.2

    def wait(offset_s):
        due_s = start_s + offset_s
        condition = threading.Condition()
        with condition:
            while due_s < start_s + seconds:
                due_s += interval_s
                while (remaining_s := due_s - time.monotonic()) > 0:
                    condition.wait(remaining_s)
                lateness_s.append(time.monotonic() - due_s)

    all_threads = [
        threading.Thread(target=wait, args=(number * step_s,)) for number in range(threads)
    ]
    cpu_s = time.process_time()
    for thread in all_threads:
        thread.start()
    for thread in all_threads:
        thread.join()
    return *quantiles(lateness_s), 100 * (time.process_time() - cpu_s) / seconds


def of_the_intake(metrics=50):
    """Return microseconds to check a reading of doubles, and of a bare loop over its values."""
    source = Quick(metrics)
    [bench] = sampling_of([source], 1.0)._benches
    bench.intake.learn()
    reading, end = Reading(values=source.values), bench.clock.now()
    checked = min(timeit.repeat(lambda: bench.intake.take(reading, end), number=2000))
    bare = min(
        timeit.repeat(lambda: [float(value) for value in source.values.values()], number=2000)
    )
    return 1e6 * checked / 2000, 1e6 * bare / 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--rate", type=float, default=10.0, help="ticks per second of each")
    parser.add_argument("--spread", action="store_true", help="no two ticks at the same instant")
    arguments = parser.parse_args()
    interval_s = 1 / arguments.rate
    step_s = interval_s / arguments.sources if arguments.spread else 0.0
    load = (arguments.sources, interval_s, arguments.seconds, step_s)

    p50, p99, cpu, missed = of_links(*load)
    bare_p50, bare_p99, bare_cpu = of_bare_threads(*load)
    *_, idle_cpu, _ = of_links(1, 10.0, arguments.seconds)
    checked_us, bare_us = of_the_intake()

    print(f"{'':28} {'sampling':>9} {'bare':>9} {'ratio':>6}")
    rows = [
        ("lateness p50, ms", p50, bare_p50),
        ("lateness p99, ms", p99, bare_p99),
        ("CPU, %", cpu, bare_cpu),
        ("50 doubles checked, us", checked_us, bare_us),
    ]
    for title, ours, bare in rows:
        print(f"{title:28} {ours:9.2f} {bare:9.2f} {ours / bare:6.2f}")
    print(f"{'ticks missed':28} {missed:9}")
    print(f"{'CPU of one source at 0.1 Hz':28} {idle_cpu:8.3f}%")


if __name__ == "__main__":
    main()
