"""What a collector with the system source costs while it runs, and how soon it delivers.

Run by hand::

    python tests/benchmarks/bench_footprint.py [--seconds 60] [--rounds 3]

``collector run`` reads the system source every 10 s and delivers to a compatible agent that runs
already; its identity is there from a run before. Starts are timed from the creation of the process
until the status says that the agent has confirmed a reading. Memory and CPU are those of the last
run, after so many seconds. One more run tells from the interpreter's list of imports whether any of
the modules that the daemon does without was loaded.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rig

from collector.cli.calling import call
from collector.errors import AgentUnreachableError

FORBIDDEN = ("cryptography", "rich", "collector.agent", "collector.testkit")
POLL_S = 0.02


class Run:
    """One ``collector run``."""

    def __init__(self, file: Path, socket: Path, *interpreter: str) -> None:
        command = [sys.executable, *interpreter, "-m", "collector", "run", "--config", str(file)]
        self._socket = socket
        self._started_s = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def first_confirmed_s(self) -> float:
        """Wait until the agent has confirmed a reading; return how long that took."""
        while not self._confirmed():
            if time.monotonic() > self._started_s + rig.PATIENCE_S:
                sys.exit("no reading was confirmed")
            time.sleep(POLL_S)
        return time.monotonic() - self._started_s

    def stop(self) -> str:
        """End it; return what it wrote to standard error."""
        self.process.terminate()
        return self.process.communicate(timeout=rig.PATIENCE_S)[1].decode()

    def _confirmed(self) -> int:
        try:
            answer = next(call(self._socket, {"request": "status"}))
        except (AgentUnreachableError, StopIteration):
            return 0
        return int(answer["reply"]["delivery"]["confirmed_readings"])


def configuration(root: Path, agent: Path, port: int, provision_port: int) -> Path:
    """Write a configuration with the system source alone."""
    file = root / "collector.toml"
    file.write_text(
        f'[collector]\nstate_dir = "{root / "state"}"\n[agent]\nhost = "127.0.0.1"\n'
        f'port = {port}\nprovision_port = {provision_port}\nca_file = "{agent / "ca.crt"}"\n'
        '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "10s"\n',
        "utf-8",
    )
    return file


def loaded(complaints: str) -> list[str]:
    """Return which forbidden modules the interpreter has listed (``-X importtime``)."""
    modules = {line.rpartition("|")[2].strip() for line in complaints.splitlines()}
    return [name for name in FORBIDDEN if name in modules]


def measure(root: Path, seconds: float, rounds: int) -> list[tuple[str, str, str]]:
    """Start and watch collectors, one after the other."""
    agent, port, provision_port = root / "agent", rig.free_port(), rig.free_port()
    rig.certify(agent)
    process = rig.start_agent(agent, port, provision_port=provision_port)
    socket = root / "state" / "run" / "status.sock"
    try:
        rig.wait_for(port)
        file = configuration(root, agent, port, provision_port)
        listing = Run(file, socket, "-X", "importtime")  # it gets the identity as well
        first_ever_s = listing.first_confirmed_s()
        found = loaded(listing.stop())
        starts_s = []
        for _ in range(rounds - 1):
            run = Run(file, socket)
            starts_s.append(run.first_confirmed_s())
            run.stop()
        run = Run(file, socket)
        starts_s.append(run.first_confirmed_s())
        pid = run.process.pid
        cpu_s, start_s = rig.cpu_s(pid), time.monotonic()
        time.sleep(seconds)
        percent = 100 * (rig.cpu_s(pid) - cpu_s) / (time.monotonic() - start_s)
        resident_mb = rig.resident_mb(pid)
        run.stop()
    finally:
        rig.stop(process)
    return [
        ("resident memory, MB", f"{resident_mb:.1f}", "< 40"),
        ("modules loaded that should not be", ", ".join(found) or "none", "none"),
        ("start to first confirmed, s", f"{statistics.median(starts_s):.2f}", "< 1.0"),
        ("the same without an identity, s", f"{first_ever_s:.2f}", ""),
        (f"idle CPU over {seconds:.0f} s, % of a core", f"{percent:.2f}", "< 0.2"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        rows = measure(Path(directory), arguments.seconds, arguments.rounds)
    rig.show(("figure", "measured", "aim"), rows)


if __name__ == "__main__":
    main()
