"""The two that read the plant of `bench_modbus.py`, the collector and the bare script, watched."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import rig
from modbus_device import HOST, VALUES, Device, answered_before_ms
from modbus_script import METRICS

from collector.cli.calling import call
from collector.errors import AgentUnreachableError

UNITS = 20
SETTLE_S = 0.3
"""The status costs more than a read: so long before CPU is counted, it is not asked for."""

_POLL_S = 0.05
_SCRIPT = Path(__file__).with_name("modbus_script.py")

_UNCHECKED = """
from collector_modbus import load
from collector.cli import main
load.check = lambda configured: ()
main()
"""
"""``collector`` without the check of what links have time for: that takes each request over a
network to last 5 ms, and refuses to ask 20 units behind one gateway more than 10 times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is read, and how often.

    Attributes:
        links: Connections that the units are spread over.
        rate_hz: Reads of each unit per second.
    """

    links: int
    rate_hz: float

    def ports(self, device: Device) -> list[int]:
        """Return the port of each unit."""
        return [device.ports[unit % self.links] for unit in range(UNITS)]


class Agent:
    """A compatible agent with an authority of its own; use it in a ``with``.

    Attributes:
        directory: Where its authority lies, and a certified client (`rig.certify`).
        port: Where it listens.
        provision_port: Where it certifies.
        pid: Its process.
    """

    def __init__(self, root: Path, *, has_journal: bool) -> None:
        self.directory = root / "agent"
        self.port, self.provision_port = rig.free_port(), rig.free_port()
        self._journal = root / "journal"
        self._options = ("--journal", str(self._journal)) if has_journal else ()
        if not self.directory.exists():
            rig.certify(self.directory)

    def __enter__(self) -> Self:
        self._process = rig.start_agent(
            self.directory, self.port, *self._options, provision_port=self.provision_port
        )
        self.pid = self._process.pid
        rig.wait_for(self.port)
        return self

    def __exit__(self, *_: object) -> None:
        rig.stop(self._process)

    def journal_bytes(self) -> int:
        """Return how long its journal is."""
        return self._journal.stat().st_size if self._journal.exists() else 0

    def delays_ms(self, start: int, end: int) -> Iterator[float]:
        """Yield how long before their timestamps the readings of a part of the journal were."""
        with self._journal.open("rb") as lines:
            lines.seek(start)
            for line in lines:
                if f'"metric":"{METRICS[0]}"'.encode() in line and line.endswith(b"\n"):
                    found = json.loads(line)
                    yield answered_before_ms(found["value"], found["timestamp_ms"])
                if lines.tell() >= end:
                    return


class Script:
    """The bare script as a process; use it in a ``with``."""

    def __init__(self, case: Case, device: Device, agent: Agent) -> None:
        ports = [str(port) for port in case.ports(device)[: case.links]]
        topics = [rig.push_topic(f"script {unit}") for unit in range(UNITS)]
        self._command = [
            *(sys.executable, str(_SCRIPT), "--agent", str(agent.directory)),
            *("--port", str(agent.port), "--interval", str(1 / case.rate_hz)),
            *("--topic", *topics, "--device", *ports),
        ]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command)
        self.pid = self._process.pid
        return self

    def __exit__(self, *_: object) -> None:
        rig.stop(self._process)


class Collector:
    """``collector run`` as a process; use it in a ``with``.

    Args:
        root: Where its state lies; it keeps its identity from run to run.
    """

    def __init__(self, root: Path, case: Case, device: Device, agent: Agent) -> None:
        self._file = root / "collector.toml"
        self._file.write_text(_configuration(root, case, device, agent), "utf-8")
        self._log = root / "log"
        self._socket = root / "state" / "run" / "status.sock"

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", _UNCHECKED, "run", "--config", str(self._file)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        self.pid = self._process.pid
        if not _comes_true(lambda: self._confirmed() > 0):
            sys.exit(f"no reading was confirmed:\n{self._log.read_text('utf-8')}")
        return self

    def __exit__(self, *_: object) -> None:
        rig.stop(self._process)

    def status(self) -> dict[str, Any]:
        """Return what it says of itself."""
        answer = next(call(self._socket, {"request": "status"}))
        found: dict[str, Any] = answer["reply"]
        return found

    def _confirmed(self) -> int:
        try:
            return int(self.status()["delivery"]["confirmed_readings"])
        except (AgentUnreachableError, StopIteration):
            return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a process did in a while.

    Attributes:
        requests: How often the device was asked.
        cpu_s: Of all its threads.
        elapsed_s: How long that was.
        resident_mb: At the end.
        device_share: CPU of the device, as a share of a core.
        agent_share: The same of the agent.
        delays_ms: How long before their timestamps readings were answered by the device; none
            without a journal.
    """

    requests: int
    cpu_s: float
    elapsed_s: float
    resident_mb: float
    device_share: float
    agent_share: float
    delays_ms: Sequence[float]

    @property
    def cpu_ms_per_1000(self) -> float:
        """CPU in ms per 1000 values."""
        return self.cpu_s * 1e3 / (self.requests * VALUES) * 1e3


def watch(pid: int, device: Device, agent: Agent, seconds: float) -> Watched:
    """Watch a process for so long."""
    journal, requests = agent.journal_bytes(), device.requests
    pids = (pid, device.pid, agent.pid)
    cpus_s, start_s = [busy_s(each) for each in pids], time.monotonic()
    time.sleep(seconds)
    used_s = [busy_s(each) - cpu for each, cpu in zip(pids, cpus_s, strict=True)]
    elapsed_s = time.monotonic() - start_s
    return Watched(
        requests=device.requests - requests,
        cpu_s=used_s[0],
        elapsed_s=elapsed_s,
        resident_mb=rig.resident_mb(pid),
        device_share=used_s[1] / elapsed_s,
        agent_share=used_s[2] / elapsed_s,
        delays_ms=sorted(agent.delays_ms(journal, agent.journal_bytes())) if journal else (),
    )


def busy_s(pid: int) -> float:
    """Return how much CPU a process and its children used, exactly, but for threads that ended."""
    used_s, children = 0.0, []
    for task in Path(f"/proc/{pid}/task").iterdir():
        used_s += int((task / "schedstat").read_text("ascii").split()[0]) / 1e9
        children += (task / "children").read_text("ascii").split()
    return used_s + sum(busy_s(int(child)) for child in children)


def _comes_true(is_done: Callable[[], bool]) -> bool:
    """Wait until something is done; false if that takes too long."""
    deadline_s = time.monotonic() + rig.PATIENCE_S
    while not is_done():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(_POLL_S)
    return True


def _configuration(root: Path, case: Case, device: Device, agent: Agent) -> str:
    ports = case.ports(device)
    sources = [_source(unit, port, 1 / case.rate_hz) for unit, port in enumerate(ports, start=1)]
    return (
        f'[collector]\nstate_dir = "{root / "state"}"\n[agent]\nhost = "127.0.0.1"\n'
        f"port = {agent.port}\nprovision_port = {agent.provision_port}\n"
        f'ca_file = "{agent.directory / "ca.crt"}"\n[log]\nlevel = "warning"\n' + "".join(sources)
    )


def _source(unit: int, port: int, interval_s: float) -> str:
    points = "".join(
        f'[[source.point]]\nmetric = "{metric}"\naddress = {2 * number}\ntype = "float32"\n'
        for number, metric in enumerate(METRICS)
    )
    return (
        f'[[source]]\nplugin = "modbus"\nsensor = "unit {unit}"\ninterval = "{interval_s:g}s"\n'
        f'link = {{ type = "tcp", host = "{HOST}", port = {port} }}\nunit_id = {unit}\n{points}'
    )
