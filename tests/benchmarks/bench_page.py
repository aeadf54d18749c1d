"""What the status page costs a collector: memory, CPU, and the time of the threads that sample.

Run by hand::

    python tests/benchmarks/bench_page.py [--seconds 30]

``collector run`` reads the system source every second and delivers to a compatible agent that runs
already: without the page, with a page that nobody watches, and with 20 viewers of its stream. The
last also says how large a snapshot is. Then, in this process, what taking an accepted reading for
the plots costs its caller, beside a call that does nothing, and how long its values take later.
"""

import argparse
import itertools
import socket
import sys
import tempfile
import time
import timeit
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import rig
from bench_footprint import Run

from collector.buffering.reading import StampedReading
from collector.clock import Instant, SystemClock
from collector.service.page import NoPage
from collector.web.history import MAX_WAITING, History

VIEWERS = 20
REQUEST = b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
VALUES = 10


def configuration(root: Path, agent: Path, ports: Sequence[int], page_port: int) -> Path:
    """Write a configuration with the system source, and a page unless its port is 0."""
    file = root / "collector.toml"
    page = f"[web]\nenabled = true\nport = {page_port}\n" if page_port else ""
    file.write_text(
        f'[collector]\nstate_dir = "{root / "state"}"\n[agent]\nhost = "127.0.0.1"\n'
        f'port = {ports[0]}\nprovision_port = {ports[1]}\nca_file = "{agent / "ca.crt"}"\n{page}'
        '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "1s"\n',
        "utf-8",
    )
    return file


class Viewers:
    """Watch the stream as fast as it comes, without a thread."""

    def __init__(self, port: int, number: int) -> None:
        self.received_bytes = 0
        self._stack = ExitStack()
        self._sockets = [
            self._stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(number)
        ]
        for viewer in self._sockets:
            viewer.sendall(REQUEST)
            viewer.settimeout(0)

    def watch(self, seconds: float) -> None:
        """Take what comes for so long."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            for viewer in self._sockets:
                self._take(viewer)
            time.sleep(0.1)

    def leave(self) -> None:
        """Hang up."""
        self._stack.close()

    def _take(self, viewer: socket.socket) -> None:
        try:
            piece = viewer.recv(1 << 20)
        except BlockingIOError:
            return
        if not piece:
            sys.exit("a viewer was let go")
        self.received_bytes += len(piece)


def run_once(file: Path, page_port: int, viewers: int, seconds: float) -> tuple[str, ...]:
    """Return memory in MB, CPU in percent, and kB a second for each viewer."""
    run = Run(file, file.parent / "state" / "run" / "status.sock")
    run.first_confirmed_s()
    watching = Viewers(page_port, viewers)
    watching.watch(2.0)
    pid, taken = run.process.pid, watching.received_bytes
    cpu_s, start_s = rig.cpu_s(pid), time.monotonic()
    watching.watch(seconds)
    took_s = time.monotonic() - start_s
    percent = 100 * (rig.cpu_s(pid) - cpu_s) / took_s
    resident_mb = rig.resident_mb(pid)
    rate = (watching.received_bytes - taken) / took_s / max(viewers, 1) / 1000
    watching.leave()
    run.stop()
    return f"{resident_mb:.1f}", f"{percent:.2f}", f"{rate:.1f}" if viewers else ""


def measure_runs(root: Path, seconds: float) -> list[tuple[str, ...]]:
    """Run without a page, with one, and with one that is watched."""
    agent, ports = root / "agent", (rig.free_port(), rig.free_port())
    rig.certify(agent)
    process = rig.start_agent(agent, ports[0], provision_port=ports[1])
    page_port = rig.free_port()
    try:
        rig.wait_for(ports[0])
        rows = []
        for name, port, viewers in (
            ("without a page", 0, 0),
            ("a page that nobody watches", page_port, 0),
            (f"a page with {VIEWERS} viewers", page_port, VIEWERS),
        ):
            file = configuration(root, agent, ports, port)
            rows.append((name, *run_once(file, port, viewers, seconds)))
    finally:
        rig.stop(process)
    return rows


def measure_history() -> list[tuple[str, str]]:
    """Return what a reading costs the thread that gives it, and a value the page's own."""
    history, nothing = History(SystemClock()), NoPage()
    metrics = tuple(f"metric{n}" for n in range(VALUES))
    reading = StampedReading(
        "s", metrics, tuple(map(float, range(VALUES))), Instant("b", 1000), (("s", VALUES),)
    )
    times = 200_000
    bare_s = min(timeit.repeat(lambda: nothing.show(reading), number=times, repeat=5)) / times
    put_s = min(timeit.repeat(lambda: history.put(reading), number=times, repeat=5)) / times
    settled_s = []
    for _ in range(5):
        for each in itertools.repeat(reading, MAX_WAITING):
            history.put(each)
        settled_s.append(min(timeit.repeat(history.settle, number=1, repeat=1)))
    return [
        ("a reading, ns for the link's thread", f"{put_s * 1e9:.0f}"),
        ("the same without a page", f"{bare_s * 1e9:.0f}"),
        ("a value, us for the page's thread", f"{min(settled_s) / MAX_WAITING / VALUES * 1e6:.2f}"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        rows = measure_runs(Path(directory), arguments.seconds)
    rig.show(("a run", "memory, MB", "CPU, %", "kB/s a viewer"), rows)
    rig.show(("plots", "measured"), measure_history())


if __name__ == "__main__":
    main()
