"""Delivery, end to end: readings in the ring until the agent has confirmed them.

Run by hand::

    python tests/benchmarks/bench_delivery.py [--readings 20000] [--rounds 3]

Readings of ten metrics wait in the ring; the uplink encodes them, publishes them over mutual TLS
and takes the agent's confirmation of each. The baseline is ``mosquitto_pub -l -q 1`` with lines of
the same values to the same agent, first with its usual window of 20, then with one of 100. The
rounds alternate. CPU is that of the process that publishes.
"""

import argparse
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import rig
from delivering import Collector
from rig import Load

SENSORS = (1, 10, 50)
WINDOWS = (20, 100)


def baseline(agent: Path, port: int, lines: Path, count: int, window: int) -> Load:
    """Let mosquitto_pub do it."""
    command = rig.mosquitto_client("mosquitto_pub", agent, port, qos=1)
    command += ["-t", rig.push_topic(), "-l", "-M", str(window)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with lines.open("rb") as source:
        subprocess.run(command, stdin=source, check=True)
    elapsed_s, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load(count / elapsed_s, used_s / count * 1e6)


def measure(root: Path, readings: int, rounds: int) -> dict[str, list[Load]]:
    """Alternate between baselines and the collector."""
    lines = root / "lines"
    lines.write_bytes(b"".join(rig.push_line(number) + b"\n" for number in range(readings)))
    found: dict[str, list[Load]] = {}
    with Collector(root) as collector:
        for sensors in SENSORS:  # creates sensors and metrics, and opens the windows
            collector.deliver(sensors * 500, sensors)
        for _ in range(rounds):
            for window in WINDOWS:
                load = baseline(collector.agent, collector.port, lines, readings, window)
                found.setdefault(f"mosquitto_pub -l -M {window}", []).append(load)
            for sensors in SENSORS:
                load = collector.deliver(readings, sensors)
                found.setdefault(f"collector, {sensors} sensor(s)", []).append(load)
        print(f"sent again: {collector.resent}")
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--readings", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = measure(Path(directory), arguments.readings, arguments.rounds)
    usual = statistics.median(one.rate for one in found[f"mosquitto_pub -l -M {WINDOWS[0]}"])
    rows = []
    for name, loads in found.items():
        load = rig.median(loads)
        rows.append((name, f"{load.rate:.0f}", f"{load.rate / usual:.2f}", f"{load.cpu_us:.1f}"))
    rig.show(("publisher", "readings/s", "ratio", "CPU us/reading"), rows)


if __name__ == "__main__":
    main()
