"""What the benchmarks share: a certified client, brokers as processes, and looking at /proc."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.agent.authority import Authority
from collector.agent.signing_request import SigningRequest
from collector.agent.store import Store
from collector.clock import SystemClock

CLIENT = "6d69c58223fb44a7b76ae61a18faf37c"
PREFIX = f"/v1.0/{CLIENT}"
METRICS = tuple(f"metric_{number}" for number in range(10))
PATIENCE_S = 20.0

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """Figures of one round.

    Attributes:
        rate: Messages per second.
        cpu_us: CPU of the process under test for each, in microseconds.
    """

    rate: float
    cpu_us: float


def push_topic(sensor: str = "boiler") -> str:
    """Return where a sensor's values are published."""
    return f"{PREFIX}/sensor/{sensor}/metric/pushValues"


def push_line(number: int) -> bytes:
    """Return a push of ten doubles with all their digits, about 440 bytes."""
    metrics = ",".join(
        f'{{"value":{(number % 5000) + place / 7!r},"metricId":"{metric}"}}'
        for place, metric in enumerate(METRICS)
    )
    return f'{{"metrics":[{metrics}],"timestamp":{1590394246545 + number}}}'.encode()


def certify(directory: Path) -> None:
    """Make an agent's directory with an authority, and a client that the agent knows."""
    directory.mkdir(parents=True, exist_ok=True)
    authority = Authority(directory, SystemClock())
    authority.certify_server("127.0.0.1")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(SigningRequest("bench", key.public_key()), CLIENT, 365)
    (directory / "client.crt").write_bytes(certificate)
    (directory / "client.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    store = Store(directory)
    store.save_client(CLIENT, "bench")
    store.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing listens on port {port}")


def start_mosquitto(directory: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start mosquitto with the agent's authority and server certificate: the baseline."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        sys.exit("mosquitto is not installed (Debian: mosquitto, mosquitto-clients)")
    configuration = directory / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\ncafile {directory / 'ca.crt'}\nrequire_certificate true\n"
        f"certfile {directory / 'server.crt'}\nkeyfile {directory / 'server.key'}\n"
        "use_identity_as_username true\nset_tcp_nodelay true\nlog_type error\nuser root\n",
        "utf-8",
    )
    return subprocess.Popen([program, "-c", str(configuration)])


def start_agent(
    directory: Path, port: int, *options: str, provision_port: int = 0
) -> "subprocess.Popen[bytes]":
    """Start ``collector agent run`` as users do."""
    command = [sys.executable, "-m", "collector", "agent", "run", "--directory", str(directory)]
    command += ["--provision-port", str(provision_port), "--port", str(port), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def mosquitto_client(program: str, directory: Path, port: int, qos: int) -> list[str]:
    """Return how mosquitto_pub or mosquitto_sub is called by the certified client."""
    return [
        *(program, "-V", "mqttv311", "-h", "127.0.0.1", "-p", str(port), "-q", str(qos)),
        *("--cafile", str(directory / "ca.crt"), "--cert", str(directory / "client.crt")),
        *("--key", str(directory / "client.key")),
    ]


def publish_lines(
    directory: Path, process: "subprocess.Popen[bytes]", port: int, lines: Path, window: int
) -> Load:
    """Let ``mosquitto_pub -l`` publish the lines of a file until all are acknowledged.

    Args:
        process: Whose CPU is measured.
        window: How many may be unacknowledged at a time.
    """
    command = mosquitto_client("mosquitto_pub", directory, port, qos=1)
    command += ["-t", push_topic(), "-l", "-M", str(window)]
    count = lines.read_bytes().count(b"\n")
    cpu, start = cpu_s(process.pid), time.perf_counter()
    with lines.open("rb") as source:
        subprocess.run(command, stdin=source, check=True)
    elapsed_s = time.perf_counter() - start
    return Load(count / elapsed_s, (cpu_s(process.pid) - cpu) / count * 1e6)


def cpu_s(pid: int) -> float:
    """Return how much CPU a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def resident_mb(pid: int) -> float:
    """Return how much of a process lies in memory, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def median(loads: Sequence[Load]) -> Load:
    """Return the median of rates and of CPU."""
    return Load(
        statistics.median(load.rate for load in loads),
        statistics.median(load.cpu_us for load in loads),
    )


def show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown, the first column to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
    lines = [list(head), ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]]
    for row in [*lines, *cells]:
        first, *others = zip(row, widths, strict=True)
        left = f"{first[0]:<{first[1]}}"
        print("| " + " | ".join([left, *(f"{cell:>{width}}" for cell, width in others)]) + " |")


def show_against(
    baseline: str, found: Mapping[tuple[int, str], Sequence[Load]], *heads: str
) -> None:
    """Print medians of loads by window and name, with the ratio to one of the names.

    Args:
        heads: What names, rates and CPU are.
    """
    rows = []
    for (window, name), loads in found.items():
        load, base = median(loads), median(found[window, baseline])
        ratio = f"{load.rate / base.rate:.2f}"
        rows.append((name, window, f"{load.rate:.0f}", ratio, f"{load.cpu_us:.1f}"))
    show((heads[0], "window", heads[1], "ratio", heads[2]), rows)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process and wait for its end."""
    process.terminate()
    process.wait(PATIENCE_S)
