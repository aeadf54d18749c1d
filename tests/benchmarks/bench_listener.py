"""The agent's listener against mosquitto, on the same bytes; prints ratios.

Run by hand::

    python tests/benchmarks/bench_listener.py [--messages 40000] [--rounds 3]

``mosquitto_pub -l -q 1`` sends lines of 300 bytes over mutual TLS, with its usual window of 20 and
with one of 100, to this package's listener (whose service only counts) and to mosquitto (which has
no subscriber). Both brokers run in processes of their own, and the rounds alternate between them.
CPU is that of the broker's process. Figures vary from run to run; ratios inside one run hold.
"""

import argparse
import asyncio
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import rig
from rig import Load

from collector.agent.broker import Listener, Peer
from collector.agent.listener import MqttListener

LINE_BYTES = 300
WINDOWS = (20, 100)


class Counting:
    """A policy that allows everything and a service that counts."""

    def __init__(self) -> None:
        self.messages = 0

    def authenticate(self, peer: Peer) -> str:
        del peer
        return rig.CLIENT

    def may_publish(self, client: str, topic: str) -> bool:
        return topic.startswith(f"/v1.0/{client}/")

    def may_subscribe(self, client: str, topic_filter: str) -> bool:
        del client, topic_filter
        return True

    def handle(self, client: str, listener: str, topic: str, payload: bytes) -> bool:
        del client, listener, topic, payload
        self.messages += 1
        return True


async def serve(directory: Path, port: int) -> None:
    """Run the listener for ever."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.crt", directory / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(directory / "ca.crt")
    counting = Counting()
    await MqttListener().start([Listener("mqtt", "127.0.0.1", port, context, counting)], counting)
    await asyncio.Event().wait()


def start_ours(directory: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start this file as the listener's process."""
    return subprocess.Popen([sys.executable, __file__, "--serve", str(directory), str(port)])


def measure(directory: Path, messages: int, rounds: int) -> dict[tuple[int, str], list[Load]]:
    """Let both compete on the same bytes."""
    rig.certify(directory)
    lines = directory / "lines"
    lines.write_bytes((b"x" * LINE_BYTES + b"\n") * messages)
    ports = {"mosquitto": rig.free_port(), "listener": rig.free_port()}
    brokers = {
        "mosquitto": rig.start_mosquitto(directory, ports["mosquitto"]),
        "listener": start_ours(directory, ports["listener"]),
    }
    found: dict[tuple[int, str], list[Load]] = {}
    try:
        for port in ports.values():
            rig.wait_for(port)
        for window in WINDOWS:
            for _ in range(rounds):
                for name, broker in brokers.items():
                    load = rig.publish_lines(directory, broker, ports[name], lines, window)
                    found.setdefault((window, name), []).append(load)
    finally:
        for broker in brokers.values():
            rig.stop(broker)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=2, metavar=("DIRECTORY", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(Path(arguments.serve[0]), int(arguments.serve[1])))
        return
    with tempfile.TemporaryDirectory() as directory:
        found = measure(Path(directory), arguments.messages, arguments.rounds)
    rig.show_against("mosquitto", found, "broker", "messages/s", "CPU us/message")


if __name__ == "__main__":
    main()
