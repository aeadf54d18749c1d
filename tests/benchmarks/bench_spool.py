"""The spool against a raw append of the same bytes, what it writes, and what a full one costs.

    python tests/benchmarks/bench_spool.py [DIRECTORY]

The directory should lie on a real disk; on a tmpfs nothing is written to a device.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import rig

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.disk import DiskFolder
from collector.buffering.spool.frame import frame
from collector.buffering.spool.record import RecordCodec
from collector.buffering.spool.settings import SpoolMode, SpoolSettings
from collector.clock import SystemClock
from collector.ledger import Ledger

READINGS = 100_000
PER_TURN = 500
MANY = 1_000_000
SENSORS = 50
ROUNDS = 3
AT_ONCE = 64
SECONDS = 30
METRICS = tuple(f"metric_{number}" for number in range(10))
FEW = tuple(f"metric_{number}" for number in range(2))


class Spool:
    """A spooled buffer and its ledger on a real disk, driven without its thread."""

    def __init__(self, path: Path, **settings: object) -> None:
        self.ledger, self.clock = Ledger(), SystemClock()
        shares = Shares(max_readings=10_000, max_bytes=16 * 1024**2, sources=SENSORS)
        given = {"max_bytes": 2 * 1024**3, "sources": SENSORS} | settings
        self.buffer = SpooledBuffer(
            shares, DiskFolder(path), SpoolSettings(**given), self.ledger, self.clock
        )
        self.buffer.turn()

    def put(self, number: int, metrics: tuple[str, ...] = METRICS) -> None:
        name = f"sensor_{number % SENSORS}"
        values = tuple((number % 5000) + place / 7 for place in range(len(metrics)))
        reading = StampedReading(name, metrics, values, self.clock.now(), ((name, len(metrics)),))
        self.ledger.accept(name, name, len(metrics))
        self.buffer.put(reading)

    def write(self) -> None:
        """Write what was put, as the thread does when it is due."""
        self.buffer._keeper._write(float("inf"), is_last=True)

    def sync(self) -> None:
        """Sync what was written, as the thread does when it is due."""
        now_s, sync = self.clock.monotonic_s(), self.buffer._keeper._sync
        sync.mark(now_s)
        sync.run(now_s, is_last=True)

    def confirm_all(self) -> int:
        count = 0
        while ready := self.buffer.ready():
            for sensor in ready:
                batch = self.buffer.batch(sensor, AT_ONCE)
                for reading in batch.readings:
                    batch.accept(reading)
                count += len(batch.readings)
            self.buffer.turn()
        return count


@contextmanager
def folder(root: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=root) as name:
        yield Path(name)


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# -- in and out ---------------------------------------------------------------------------------


def raw_append(path: Path, pieces: list[bytes], *, sync_each: bool) -> None:
    """Append what the spool appends, in the same portions, with as many fdatasync."""
    descriptor = os.open(path / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for start in range(0, len(pieces), PER_TURN):
        os.write(descriptor, b"".join(pieces[start : start + PER_TURN]))
        if sync_each:
            os.fdatasync(descriptor)
    os.fdatasync(descriptor)
    os.close(descriptor)


def records(count: int) -> tuple[list[bytes], list[StampedReading]]:
    codec, clock = RecordCodec(), SystemClock()
    readings = []
    for number in range(count):
        name = f"sensor_{number % SENSORS}"
        values = tuple((number % 5000) + place / 7 for place in range(len(METRICS)))
        reading = StampedReading(name, METRICS, values, clock.now(), ((name, len(METRICS)),))
        reading.timestamp_ms = clock.wall_ms()
        readings.append(reading)
    return [frame(codec.encode(n, one), 1) for n, one in enumerate(readings)], readings


def into(path: Path, readings: list[StampedReading], sync_s: float) -> None:
    # Turns are taken as soon as a portion is full, as a busy spool's thread does.
    spool = Spool(path, sync_s=sync_s)
    for number, reading in enumerate(readings, 1):
        spool.buffer.put(reading)
        if number % PER_TURN == 0:
            spool.write()
            if sync_s == 0:
                spool.sync()
    spool.buffer.close()


def into_ring(readings: list[StampedReading]) -> None:
    ring = RingBuffer(
        max_readings=READINGS,
        max_bytes=10**9,
        sources=SENSORS,
        ledger=Ledger(),
        clock=SystemClock(),
    )
    for reading in readings:
        ring.put(reading)


def out_of(path: Path) -> int:
    spool = Spool(path)
    count = spool.confirm_all()
    spool.buffer.close()
    return count


def rates(root: Path) -> None:
    pieces, _ = records(READINGS)
    size = sum(map(len, pieces)) / READINGS
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        _, readings = records(READINGS)
        found.setdefault("into the ring alone", []).append(timed(partial(into_ring, readings)))
        for sync, label in ((1e9, "synced at the end"), (0.0, f"synced every {PER_TURN}")):
            with folder(root) as path:
                found.setdefault(f"raw append, {label}", []).append(
                    timed(partial(raw_append, path, pieces, sync_each=sync == 0))
                )
            with folder(root) as path:
                _, readings = records(READINGS)
                found.setdefault(f"into the spool, {label}", []).append(
                    timed(partial(into, path, readings, sync))
                )
                if sync:
                    found.setdefault("out of the spool, confirmed", []).append(
                        timed(partial(out_of, path))
                    )
    print(f"\n{READINGS} readings of {len(METRICS)} metrics, {size:.0f} bytes each on disk\n")
    rows = []
    for name, seconds in found.items():
        median = statistics.median(seconds)
        base = found.get(name.replace("into the spool", "raw append"), seconds)
        ratio = "" if base is seconds else f"{statistics.median(base) / median:.2f}"
        rows.append((name, f"{READINGS / median:.0f}", ratio))
    rig.show(("what", "readings/s", "ratio"), rows)


# -- what is written ----------------------------------------------------------------------------


def device_bytes() -> int:
    """Return what this process has caused to be written to devices, from /proc/self/io."""
    fields = dict(
        line.split(": ") for line in Path("/proc/self/io").read_text("utf-8").splitlines()
    )
    return int(fields["write_bytes"]) - int(fields["cancelled_write_bytes"])


def record_bytes(clock: SystemClock) -> int:
    """Return how long a record of the readings below is."""
    one = StampedReading("sensor_10", FEW, (1.0, 2.0), clock.now(), (("sensor_10", 2),))
    return len(frame(RecordCodec().encode(1, one), 1))


def written(root: Path, rate: int, sync_s: float, delay_s: float | None, mode: SpoolMode) -> float:
    """Return the bytes written, by those of the records.

    Args:
        delay_s: When the agent confirms; None in an outage.
    """
    with folder(root) as path:
        spool = Spool(path, sync_s=sync_s, mode=mode)
        before, start, number = device_bytes(), time.monotonic(), 0
        confirm_at = start
        while (elapsed_s := time.monotonic() - start) < SECONDS:
            while number < elapsed_s * rate:
                spool.put(number, FEW)
                number += 1
            if delay_s is not None and time.monotonic() >= confirm_at:
                confirm_at += delay_s
                spool.confirm_all()
            if spool.buffer.next_due_s() <= spool.clock.monotonic_s():
                spool.buffer.turn()
            time.sleep(0.002)
        os.sync()
        result = (device_bytes() - before) / (number * record_bytes(spool.clock))
        spool.buffer.close()
        return result


def wear(root: Path) -> None:
    rows = []
    for rate in (10, 1000):
        for sync_s, label in ((5.0, "5s"), (1.0, "1s"), (0.0, "every")):
            healthy = written(root, rate, sync_s, 0.25, SpoolMode.ALWAYS)
            outage = written(root, rate, sync_s, None, SpoolMode.ALWAYS)
            rows.append((f"{rate} readings/s, sync {label}", f"{healthy:.2f}", f"{outage:.2f}"))
        healthy = written(root, rate, 5.0, 0.25, SpoolMode.OUTAGE)
        rows.append((f"{rate} readings/s, mode outage", f"{healthy:.2f}", ""))
    print(f"\nBytes written to the device in {SECONDS} s, by the bytes of the records\n")
    rig.show(("load", "healthy", "outage"), rows)


# -- a full spool -------------------------------------------------------------------------------

START = """
import json, sys, time
sys.path.insert(0, "tests/benchmarks")
from pathlib import Path
import os
import bench_spool, rig
before = rig.resident_mb(os.getpid())
start = time.perf_counter()
spool = bench_spool.Spool(Path(sys.argv[1]))
started_s = time.perf_counter() - start
idle = rig.resident_mb(os.getpid())
readings = spool.buffer.status().readings
start = time.perf_counter()
drained = 0
worst = idle
while drained < 200_000:
    for sensor in spool.buffer.ready():
        batch = spool.buffer.batch(sensor, 64)
        for one in batch.readings:
            batch.accept(one)
        drained += len(batch.readings)
    spool.buffer.turn()
    worst = max(worst, rig.resident_mb(os.getpid()))
rate = drained / (time.perf_counter() - start)
print(json.dumps([readings, started_s, before, idle, worst, rate]))
"""


def full(root: Path) -> None:
    with folder(root) as path:
        spool = Spool(path, sync_s=1e9)
        for number in range(MANY):
            spool.put(number, FEW)
            if number % PER_TURN == PER_TURN - 1:
                spool.write()
        size = sum(file.stat().st_size for file in path.iterdir()) / 1e6
        spool.buffer.close()
        done = subprocess.run(
            [sys.executable, "-c", START, str(path)], capture_output=True, text=True, check=True
        )
    readings, started_s, before, idle, worst, rate = json.loads(done.stdout)
    print(f"\n{readings} readings of {len(FEW)} metrics of {SENSORS} sensors, {size:.0f} MB\n")
    rig.show(
        ("figure", "measured", "aim"),
        [
            ("start, s", f"{started_s:.2f}", "< 2"),
            ("resident without a spool, MB", f"{before:.1f}", ""),
            ("resident with it, MB", f"{idle:.1f}", "< 60"),
            ("highest while 200,000 are drained, MB", f"{worst:.1f}", "< 60"),
            ("drained, readings/s", f"{rate:.0f}", ""),
        ],
    )


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
    rates(root)
    full(root)
    wear(root)


if __name__ == "__main__":
    main()
