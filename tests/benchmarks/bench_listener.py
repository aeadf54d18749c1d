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
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.agent.authority import Authority
from collector.agent.broker import Listener
from collector.agent.listener import MqttListener
from collector.agent.signing_request import SigningRequest
from collector.clock import SystemClock

CLIENT = "6d69c58223fb44a7b76ae61a18faf37c"
TOPIC = f"/v1.0/{CLIENT}/sensor/boiler/metric/pushValues"
LINE_BYTES = 300
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """One round: acknowledged messages per second, and the broker's CPU for each."""

    rate: float
    cpu_us: float


class Counting:
    """A policy that allows everything and a service that counts."""

    def __init__(self):
        self.messages = 0

    def authenticate(self, peer):
        return CLIENT

    def may_publish(self, client, topic):
        return topic.startswith(f"/v1.0/{client}/")

    def may_subscribe(self, client, topic_filter):
        return True

    def handle(self, client, listener, topic, payload):
        self.messages += 1
        return True


def prepare(directory):
    """Make an authority, a server certificate and a client certificate."""
    authority = Authority(directory, SystemClock())
    authority.certify_server("127.0.0.1")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(SigningRequest("bench", key.public_key()), CLIENT, 365)
    (directory / "client.crt").write_bytes(certificate)
    (directory / "client.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def serve(directory, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.crt", directory / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(directory / "ca.crt")
    counting = Counting()
    await MqttListener().start([Listener("mqtt", "127.0.0.1", port, context, counting)], counting)
    await asyncio.Event().wait()


def start_ours(directory, port):
    return subprocess.Popen([sys.executable, __file__, "--serve", str(directory), str(port)])


def start_mosquitto(directory, port):
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        sys.exit("mosquitto is not installed (Debian: mosquitto, mosquitto-clients)")
    configuration = directory / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\ncafile {directory / 'ca.crt'}\nrequire_certificate true\n"
        f"certfile {directory / 'server.crt'}\nkeyfile {directory / 'server.key'}\n"
        "use_identity_as_username true\nset_tcp_nodelay true\nlog_type error\nuser root\n"
    )
    return subprocess.Popen([program, "-c", str(configuration)])


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing listens on port {port}")


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def one_round(directory, broker, port, window, messages):
    command = ["mosquitto_pub", "-V", "mqttv311", "-h", "127.0.0.1", "-p", str(port), "-q", "1"]
    command += ["--cafile", directory / "ca.crt", "--cert", directory / "client.crt"]
    command += ["--key", directory / "client.key", "-t", TOPIC, "-l", "-M", str(window)]
    cpu, start = cpu_s(broker.pid), time.perf_counter()
    with (directory / "lines").open("rb") as lines:
        subprocess.run(command, stdin=lines, check=True)
    elapsed = time.perf_counter() - start
    return Figures(messages / elapsed, (cpu_s(broker.pid) - cpu) / messages * 1e6)


def measure(directory, messages, rounds):
    (directory / "lines").write_bytes((b"x" * LINE_BYTES + b"\n") * messages)
    ports = {"listener": free_port(), "mosquitto": free_port()}
    brokers = {
        "listener": start_ours(directory, ports["listener"]),
        "mosquitto": start_mosquitto(directory, ports["mosquitto"]),
    }
    found = {}
    try:
        for port in ports.values():
            wait_for(port)
        for window in (20, 100):
            for _ in range(rounds):
                for name, broker in brokers.items():
                    figures = one_round(directory, broker, ports[name], window, messages)
                    found.setdefault((window, name), []).append(figures)
    finally:
        for broker in brokers.values():
            broker.terminate()
            broker.wait()
    return found


def show(found):
    print(f"{'window':>6}  {'broker':<10} {'acked/s':>9} {'CPU us/message':>15} {'ratio':>6}")
    for window in (20, 100):
        base = statistics.median(one.rate for one in found[window, "mosquitto"])
        for name in ("mosquitto", "listener"):
            rate = statistics.median(one.rate for one in found[window, name])
            cpu_us = statistics.median(one.cpu_us for one in found[window, name])
            print(f"{window:>6}  {name:<10} {rate:>9.0f} {cpu_us:>15.1f} {rate / base:>6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=2, metavar=("DIRECTORY", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(Path(arguments.serve[0]), int(arguments.serve[1])))
        return
    with tempfile.TemporaryDirectory() as directory:
        prepare(Path(directory))
        show(measure(Path(directory), arguments.messages, arguments.rounds))


if __name__ == "__main__":
    main()
