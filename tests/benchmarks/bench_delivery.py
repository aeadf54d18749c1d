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
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import rig
from rig import Load

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.clock import Deadline, SystemClock
from collector.config import load
from collector.ledger import Ledger
from collector.publishing.uplink import Uplink
from collector.service.access import AgentAccess
from collector.service.state_dir import Mode, StateDirectory
from collector.status import DeliveryState

SENSORS = (1, 10, 50)
WINDOWS = (20, 100)
WAIT_S = 0.01


class Collector:
    """The delivering half of a collector: ring, uplink, and the real way to the agent."""

    def __init__(self, root: Path, agent: Path, port: int, provision_port: int) -> None:
        file = root / "collector.toml"
        file.write_text(
            f'[collector]\nstate_dir = "{root / "state"}"\n'
            f'[agent]\nport = {port}\nprovision_port = {provision_port}\nhost = "127.0.0.1"\n'
            f'ca_file = "{agent / "ca.crt"}"\n'
            '[[source]]\nplugin = "system"\nsensor = "sensor"\n',
            "utf-8",
        )
        config = load(file)
        self._clock, self._ledger = SystemClock(), Ledger()
        self._ring = RingBuffer(
            max_readings=10**6, max_bytes=10**9, sources=max(SENSORS), ledger=self._ledger
        )
        self._state = StateDirectory(config.collector.state_dir, Mode.REAL)
        self._state.__enter__()
        self._access = AgentAccess(
            config, Mode.REAL, self._state, self._ring, self._clock, lambda _: None
        )
        self._uplink = Uplink(self._access, self._clock, Random(), sys.exit)

    def start(self) -> None:
        """Get an identity and connect."""
        self._uplink.start()
        deadline = time.monotonic() + rig.PATIENCE_S
        while self._uplink.status().state is not DeliveryState.CONNECTED:
            if time.monotonic() > deadline:
                sys.exit(f"no connection: {self._uplink.status()}")
            time.sleep(WAIT_S)

    def deliver(self, readings: int, sensors: int) -> Load:
        """Fill the ring, and empty it."""
        now = self._clock.now()
        for number in range(readings):
            name = f"sensor_{number % sensors}"
            values = tuple((number % 5000) + place / 7 for place in range(len(rig.METRICS)))
            self._ledger.accept(name, name, len(values))
            self._ring.put(StampedReading(name, rig.METRICS, values, now, ((name, len(values)),)))
        cpu, start = time.process_time(), time.perf_counter()
        self._uplink.wake()
        while self._ring.status().readings:
            time.sleep(WAIT_S)
        elapsed_s, used_s = time.perf_counter() - start, time.process_time() - cpu
        return Load(readings / elapsed_s, used_s / readings * 1e6)

    def stop(self) -> int:
        """Disconnect; return how many readings were sent again."""
        resent = self._uplink.status().resent_readings
        self._uplink.stop(Deadline.after(self._clock, 5))
        self._state.__exit__(None, None, None)
        return resent


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
    agent, port, provision_port = root / "agent", rig.free_port(), rig.free_port()
    rig.certify(agent)
    lines = root / "lines"
    lines.write_bytes(b"".join(rig.push_line(number) + b"\n" for number in range(readings)))
    process = rig.start_agent(agent, port, provision_port=provision_port)
    found: dict[str, list[Load]] = {}
    try:
        rig.wait_for(port)
        collector = Collector(root, agent, port, provision_port)
        collector.start()
        for sensors in SENSORS:  # creates sensors and metrics, and opens the windows
            collector.deliver(sensors * 500, sensors)
        for _ in range(rounds):
            for window in WINDOWS:
                load_ = baseline(agent, port, lines, readings, window)
                found.setdefault(f"mosquitto_pub -l -M {window}", []).append(load_)
            for sensors in SENSORS:
                load_ = collector.deliver(readings, sensors)
                found.setdefault(f"collector, {sensors} sensors", []).append(load_)
        print(f"sent again: {collector.stop()}")
    finally:
        rig.stop(process)
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
        load_ = rig.median(loads)
        rows.append(
            (name, f"{load_.rate:.0f}", f"{load_.rate / usual:.2f}", f"{load_.cpu_us:.1f}")
        )
    rig.show(("publisher", "readings/s", "ratio", "CPU us/reading"), rows)


if __name__ == "__main__":
    main()
