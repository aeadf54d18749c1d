"""The agent alone: acknowledged pushes per second and CPU per push, against mosquitto.

Run by hand::

    python tests/benchmarks/bench_agent.py [--messages 20000] [--rounds 3]

``mosquitto_pub -l -q 1`` publishes pushes of ten metrics over mutual TLS, with its usual window of
20 and with one of 100. The agent judges, stores and answers each before it acknowledges it;
mosquitto, the baseline, only acknowledges. All run side by side and the rounds alternate between
them. In the rows "answered", a second connection subscribes to the replies, as a collector does; in
the rows "repeated", to the live data as well. Such a round ends when the last one has arrived.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import rig
from rig import Load

WINDOWS = (20, 100)
MOSQUITTO, PLAIN, JOURNAL = "mosquitto", "agent", "agent --journal"
REPLIES, LIVE = f"{rig.PREFIX}/sensor/+/info/inbox", f"{rig.PREFIX}/sensor/+/livedata"
SUBSCRIBERS = {f"{PLAIN}, answered": (REPLIES,), f"{PLAIN}, repeated": (REPLIES, LIVE)}


Place = tuple[Path, "subprocess.Popen[bytes]", int]
"""A broker's directory, process and port."""


def heard(place: Place, lines: Path, window: int, topics: Sequence[str]) -> Load:
    """Publish while somebody subscribes to what the agent says."""
    directory, process, port = place
    count = lines.read_bytes().count(b"\n")
    command = rig.mosquitto_client("mosquitto_sub", directory, port, qos=0)
    for topic in topics:
        command += ["-t", topic]
    command += ["-C", str(len(topics) * count)]
    subscriber = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)  # until it has subscribed, which it tells nobody
        cpu, start = rig.cpu_s(process.pid), time.perf_counter()
        rig.publish_lines(directory, process, port, lines, window)
        subscriber.wait(rig.PATIENCE_S)
        elapsed_s = time.perf_counter() - start
    finally:
        rig.stop(subscriber)
    return Load(count / elapsed_s, (rig.cpu_s(process.pid) - cpu) / count * 1e6)


def measure(root: Path, messages: int, rounds: int) -> dict[tuple[int, str], list[Load]]:
    """Let everything compete on the same bytes."""
    directories = {name: root / str(number) for number, name in enumerate((PLAIN, JOURNAL))}
    for directory in directories.values():
        rig.certify(directory)
    lines = root / "lines"
    lines.write_bytes(b"".join(rig.push_line(number) + b"\n" for number in range(messages)))
    ports = {name: rig.free_port() for name in (MOSQUITTO, *directories)}
    directories[MOSQUITTO] = directories[PLAIN]
    journal = ("--journal", str(root / "journal"))
    processes = {
        MOSQUITTO: rig.start_mosquitto(directories[PLAIN], ports[MOSQUITTO]),
        PLAIN: rig.start_agent(directories[PLAIN], ports[PLAIN]),
        JOURNAL: rig.start_agent(directories[JOURNAL], ports[JOURNAL], *journal),
    }
    found: dict[tuple[int, str], list[Load]] = {}
    try:
        for port in ports.values():
            rig.wait_for(port)
        for window in WINDOWS:
            for _ in range(rounds):
                for name, process in processes.items():
                    place = directories[name], process, ports[name]
                    found.setdefault((window, name), []).append(
                        rig.publish_lines(*place, lines, window)
                    )
                place = directories[PLAIN], processes[PLAIN], ports[PLAIN]
                for name, topics in SUBSCRIBERS.items():
                    found.setdefault((window, name), []).append(heard(place, lines, window, topics))
    finally:
        for process in processes.values():
            rig.stop(process)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = measure(Path(directory), arguments.messages, arguments.rounds)
    rig.show_against(MOSQUITTO, found, "broker", "pushes/s", "CPU us/push")


if __name__ == "__main__":
    main()
