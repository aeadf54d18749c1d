"""An agent of 100 lines that answers pushes and pings, and says on request what no agent says.

It has the certificate of a real agent, so a collector that was provisioned there believes it.
"""

import json
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mqtt.scripted_server import Connection, ScriptedServer, publish

SUBSCRIBE, PUBLISH, PINGREQ = 8, 3, 12
INFO = b"Sensor was updated."

Script = Callable[[Connection, "MiniAgent"], None]


class MiniAgent:
    """Runs ``script`` for each connection; by default it behaves.

    Args:
        directory: Where a real agent keeps its certificate.
        script: What it does with a connection.
        speaks_tls: Whether it shakes hands first.

    Attributes:
        stored: What was pushed, as the rows of an agent's journal.
        answers: Makes of a push the messages that answer it; by default that it was stored.
        context: Its TLS; a certificate that is loaded into it is shown from then on.
        order: What came on each connection, in order: subscribe, push, ping.
    """

    def __init__(
        self, directory: Path, script: "Script | None" = None, *, speaks_tls: bool = True
    ) -> None:
        self.stored: list[dict[str, Any]] = []
        self.order: list[list[str]] = []
        self.answers: Callable[[str], Sequence[tuple[str, bytes]]] = self.good_answer
        self._script = script or serve
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(directory / "server.crt", directory / "server.key")
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.load_verify_locations(directory / "ca.crt")
        self.server = ScriptedServer(
            lambda connection: self._script(connection, self),
            self.context if speaks_tls else None,
        )
        self.server.__enter__()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    def close(self) -> None:
        """Hang up and end."""
        self.server.__exit__()

    def take(self, topic: str, payload: bytes) -> Sequence[tuple[str, bytes]]:
        """Do what a request wants, and return its answers."""
        message = json.loads(payload)
        if topic.endswith("/ping"):
            answer = json.dumps({"answer": message["request"]}).encode()
            return [(f"{topic}/info/inbox", answer)]
        if topic.endswith("/pushValues"):
            sensor = topic.split("/")[4]
            self.stored += [
                {"sensor": sensor, "metric": entry["metricId"], "value": entry["value"],
                 "timestamp_ms": message["timestamp"]}
                for entry in message["metrics"]
            ]  # fmt: skip
            return self.answers(topic)
        return []

    def good_answer(self, topic: str) -> Sequence[tuple[str, bytes]]:
        """Return the answer that a push was stored."""
        return [(reply_topic(topic, "info"), INFO)]


def reply_topic(push_topic: str, kind: str) -> str:
    """Return where a push is answered; ``kind`` is info or error."""
    return f"{push_topic.removesuffix('/metric/pushValues')}/{kind}/inbox"


def serve(connection: Connection, agent: MiniAgent) -> None:
    """Consent, and answer everything until the client goes."""
    connection.accept()
    order: list[str] = []
    agent.order.append(order)
    while True:
        first, body = connection.packet()
        if first >> 4 == SUBSCRIBE:
            order.append("subscribe")
            connection.send(suback(body))
            order.append("granted")
        elif first >> 4 == PUBLISH:
            answer_publish(connection, agent, body, order)
        elif first >> 4 == PINGREQ:
            connection.send(b"\xd0\x00")


def answer_publish(connection: Connection, agent: MiniAgent, body: bytes, order: list[str]) -> None:
    """Acknowledge a message and send what answers it."""
    end = 2 + int.from_bytes(body[:2], "big")
    topic = body[2:end].decode()
    order.append(topic.rsplit("/", 1)[1])
    connection.send(b"\x40\x02" + body[end : end + 2])
    for reply, payload in agent.take(topic, body[end + 2 :]):
        connection.send(publish(reply.encode(), payload))


def suback(body: bytes) -> bytes:
    """Return the packet that grants all that a SUBSCRIBE asks for."""
    at, filters = 2, 0
    while at < len(body):
        at += 3 + int.from_bytes(body[at : at + 2], "big")
        filters += 1
    return bytes([0x90, 2 + filters]) + body[:2] + b"\x01" * filters
