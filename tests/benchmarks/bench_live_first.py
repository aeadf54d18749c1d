"""How a long backlog drains while readings go on, and how old these are when they are confirmed.

Run by hand::

    python tests/benchmarks/bench_live_first.py [DIRECTORY] [--readings 576000]

The spool is filled with what ten sensors yield in eight hours without an agent, twice a second
each. Then the agent is there, over mutual TLS, and readings go on at that rate until the backlog is
gone, or for a minute. The directory is where the spool lies.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import rig
from delivering import Collector

from collector.buffering.reading import StampedReading
from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.disk import DiskFolder
from collector.buffering.spool.settings import SpoolSettings
from collector.clock import Clock, Instant, SystemClock
from collector.ledger import Ledger

READINGS = 576_000
SENSORS = 10
LIVE_RATE = 20
PER_TURN = 500
AT_MOST_S = 60.0
CASES = ("live_first = false", "live_first = true", "live_first = true\nreplay_rate = 400")


class Watched(SpooledBuffer):
    """Notes how old live readings are when the agent has confirmed them."""

    def watch(self, clock: Clock) -> None:
        """Begin: what is taken from now on is live."""
        self._now, self._since_ms = clock.now, clock.now().boottime_ms
        self.ages_s: list[float] = []
        self.drained = 0

    def settle(self, entry, dropped, cause):  # type: ignore[no-untyped-def]
        taken_ms = entry.reading.taken_at.boottime_ms
        if taken_ms >= self._since_ms:
            self.ages_s.append((self._now().boottime_ms - taken_ms) / 1000)
        else:
            self.drained += 1
        super().settle(entry, dropped, cause)


def make_buffer(path: Path) -> Callable[[Ledger, Clock], Watched]:
    """Return how the buffer of a run is made."""

    def made(ledger: Ledger, clock: Clock) -> Watched:
        shares = Shares(max_readings=10_000, max_bytes=16 * 1024**2, sources=SENSORS)
        settings = SpoolSettings(max_bytes=2 * 1024**3, sources=SENSORS)
        buffer = Watched(shares, DiskFolder(path), settings, ledger, clock)
        buffer.watch(clock)
        return buffer

    return made


def fill(path: Path, readings: int) -> None:
    """Have a run without an agent leave so many readings behind."""
    clock, ledger = SystemClock(), Ledger()
    buffer = make_buffer(path)(ledger, clock)
    buffer.turn()
    now = clock.now()
    for number in range(readings):
        name = f"sensor_{number % SENSORS}"
        values = tuple((number % 5000) + place / 7 for place in range(len(rig.METRICS)))
        ago_ms = 60_000 + (readings - number) * 1000 // LIVE_RATE
        taken_at = Instant(now.boot_id, now.boottime_ms - ago_ms)
        ledger.accept(name, name, len(values))
        buffer.put(StampedReading(name, rig.METRICS, values, taken_at, ((name, len(values)),)))
        if number % PER_TURN == PER_TURN - 1:
            buffer._keeper._write(float("inf"), is_last=True)
    buffer.close()


def drain(root: Path, spool: Path, delivery: str) -> tuple[str, ...]:
    """Let it drain; return a row of figures."""
    with Collector(root, make_buffer=make_buffer(spool), delivery=delivery) as collector:
        buffer = collector.buffer
        buffer.watch(SystemClock())
        start, number = time.monotonic(), 0
        left = buffer.status().readings
        while (elapsed_s := time.monotonic() - start) < AT_MOST_S and buffer.drained < left:
            while number < elapsed_s * LIVE_RATE:
                collector.put(number, SENSORS)
                number += 1
            collector.wake()
            time.sleep(0.005)
        rate, ages_s = buffer.drained / elapsed_s, sorted(buffer.ages_s)
        confirmed = len(ages_s) / number
    quantiles = statistics.quantiles(ages_s, n=20) if len(ages_s) > 1 else [float("nan")] * 19
    return (
        delivery.replace("\n", ", "), f"{rate:.0f}", f"{rate / LIVE_RATE:.0f}", f"{confirmed:.0%}",
        f"{quantiles[9]:.2f}", f"{quantiles[18]:.2f}", f"{max(ages_s, default=float('nan')):.2f}",
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", nargs="?", default=tempfile.gettempdir(), type=Path)
    parser.add_argument("--readings", type=int, default=READINGS)
    arguments = parser.parse_args()
    rows = []
    for case in CASES:
        with tempfile.TemporaryDirectory(dir=arguments.directory) as name:
            root = Path(name)
            fill(root / "spool", arguments.readings)
            rows.append(drain(root, root / "spool", case))
    print(f"{arguments.readings} readings wait, {LIVE_RATE} more come each second\n")
    rig.show(
        ("[delivery]", "drained/s", "by live rate", "live confirmed", "age p50, s", "p95", "max"),
        rows,
    )


if __name__ == "__main__":
    main()
