"""CPU for each frame of the serial source, against a bare loop that reads and splits the bytes.

Run by hand::

    python tests/benchmarks/bench_serial.py [--seconds 5] [--rounds 3]

Both read a pty that another process fills. At the speed of a line of 115200 Bd the bytes come in
packets of 62, as a USB adapter hands them over; as a flood they come as fast as they are read.
"""

import argparse
import os
import pty
import select
import statistics
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import rig

from collector import ListeningSource, Reading, SourceContext
from collector.clock import SystemClock
from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.making import make_instrument

BYTES_PER_S = 11_520
FLOOD_BYTES = 4_000_000

WRITER = """
import os, sys, time
end, pace, length = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
stream = sys.stdin.buffer.read()
began, sent = time.monotonic(), 0
while sent < length:
    step = 62 if pace else 4096
    place = sent % len(stream)
    sent += os.write(end, stream[place : place + step])
    if pace:
        time.sleep(max(0.0, began + sent / pace - time.monotonic()))
"""

CSV = {"format": "csv", "columns": ["temperature", "humidity", "pressure"]}


@dataclass(frozen=True)
class Load:
    """What comes over the line.

    Attributes:
        settings: Of the source.
        split: What the bare loop splits the bytes at; empty for frames of one length.
        length: Their length.
    """

    settings: dict[str, object]
    split: bytes = b""
    length: int = 0


LOADS = {
    "lines (csv)": Load(CSV, b"\n"),
    "NMEA": Load({"format": "nmea"}, b"\n"),
    "DSMR": Load({"format": "dsmr"}, b"!"),
    "binary (PMS5003)": Load({"format": "pms5003"}, length=32),
}


class Line:
    """A pty with a process at its other end that sends the frames of a load."""

    def __init__(self, load: Load, pace: float, length: int) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        settings = SerialSettings.model_validate({"port": self.path, **load.settings})
        instrument = make_instrument(settings.recipe(), [], 1_767_225_600_000)
        frames = [instrument.frame(float(second)) for second in range(50)]
        self.stream = b"".join(frames)
        self.settings = settings
        self.length = length
        command = [sys.executable, "-c", WRITER, str(self.master), str(pace), str(length)]
        self.start = lambda: subprocess.Popen(
            command, stdin=subprocess.PIPE, pass_fds=[self.master]
        )

    def run(self, read: Callable[[threading.Event], int]) -> tuple[float, float, int]:
        """Let a reader read everything; return its seconds, its CPU and its frames."""
        done = threading.Event()
        writer = self.start()
        assert writer.stdin is not None
        watch = threading.Thread(target=lambda: (writer.wait(), done.set()))
        watch.start()
        began, cpu = time.perf_counter(), time.thread_time()
        writer.stdin.write(self.stream)
        writer.stdin.close()
        frames = read(done)
        elapsed, cpu = time.perf_counter() - began, time.thread_time() - cpu
        watch.join()
        os.close(self.master)
        os.close(self.slave)
        return elapsed, cpu, frames


class Ended:
    """Tells a source to stop when the writer is done."""

    def __init__(self, done: threading.Event) -> None:
        self._done = done

    def is_set(self) -> bool:
        """See `StopSignal`."""
        return self._done.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """See `StopSignal`."""
        return self._done.wait(timeout)


def by_source(line: Line) -> Callable[[threading.Event], int]:
    """Return a reader that is the real source; it is open already."""
    clock = SystemClock()
    source = make_source(line.settings, SourceContext("bench", "bench", 1.0, clock), Ports())
    assert isinstance(source, ListeningSource)
    source.open()

    def read(done: threading.Event) -> int:
        readings: list[Reading] = []
        source.listen(readings.append, Ended(done))
        tally = source._connection.tally
        if tally.damaged > 1:  # the last one is cut off
            sys.exit(f"{tally.damaged} frames were damaged")
        source.close()
        return tally.frames

    return read


def by_bare_loop(line: Line, load: Load) -> Callable[[threading.Event], int]:
    """Return a reader that does no more than read and split."""
    end = os.open(line.path, os.O_RDWR | os.O_NOCTTY)

    def read(done: threading.Event) -> int:
        ready = select.poll()
        ready.register(end, select.POLLIN)
        frames, rest = 0, b""
        while not done.is_set():
            if not ready.poll(500):
                continue
            rest += os.read(end, 4096)
            if load.split:
                *whole, rest = rest.split(load.split)
            else:
                edge = len(rest) // load.length * load.length
                whole = [rest[at : at + load.length] for at in range(0, edge, load.length)]
                rest = rest[edge:]
            frames += len(whole)
        os.close(end)
        return frames

    return read


def measured(load: Load, pace: float, length: int) -> tuple[list[float], list[float]]:
    """Return seconds, CPU and frames of the source and of the bare loop."""
    line = Line(load, pace, length)
    source = line.run(by_source(line))
    line = Line(load, pace, length)
    bare = line.run(by_bare_loop(line, load))
    return list(source), list(bare)


def medians(rounds: Sequence[Sequence[float]]) -> list[float]:
    """Return the median of each figure."""
    return [statistics.median(figures) for figures in zip(*rounds, strict=True)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    paces = {"115200 Bd": (float(BYTES_PER_S), BYTES_PER_S * arguments.seconds)}
    paces["flood"] = (0.0, FLOOD_BYTES)
    for title, (pace, length) in paces.items():
        rows = []
        for name, load in LOADS.items():
            rounds = [measured(load, pace, length) for _ in range(arguments.rounds)]
            source, bare = (medians([found[place] for found in rounds]) for place in (0, 1))
            cpu_us, bare_us = source[1] / source[2] * 1e6, bare[1] / max(bare[2], 1) * 1e6
            rate, core = f"{source[2] / source[0]:.0f}", f"{source[1] / source[0]:.1%}"
            ratio = f"{cpu_us / bare_us:.2f}"
            rows.append((name, rate, f"{cpu_us:.1f}", f"{bare_us:.1f}", ratio, core))
        print(f"\n{title}\n")
        rig.show(("frames", "frames/s", "CPU us/frame", "bare loop", "ratio", "of a core"), rows)


if __name__ == "__main__":
    main()
