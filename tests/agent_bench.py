"""The agent without a network: its service between a store on disk and a broker that records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from collector.agent.authority import Authority
from collector.agent.enrolment import Enrolment
from collector.agent.fault_plan import FaultPlan
from collector.agent.inventory import Client
from collector.agent.journal import Journal
from collector.agent.operations.context import Context
from collector.agent.options import MQTT, PROVISION, InventoryLimits
from collector.agent.readings import Rules
from collector.agent.recorder import Recorder
from collector.agent.service import AgentService
from collector.agent.store import Store
from collector.agent.value_log import ValueLog
from collector.testkit.clock import FakeClock

CLIENT = "6d69c58223fb44a7b76ae61a18faf37c"
OTHER = "0123456789abcdef0123456789abcdef"
PREFIX = f"/v1.0/{CLIENT}"
REQUESTER = "@192.0.2.7:40000"

Message = tuple[str, Any]


class RecordingBroker:
    """Remembers what is published and who is cut off."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, bytes]] = []
        self.disconnected: list[str] = []
        self.unwanted: set[tuple[str, str]] = set()

    async def start(self, listeners: Any, service: Any) -> dict[str, int]:
        del service
        return {listener.name: 1 for listener in listeners}

    async def stop(self) -> None:
        pass

    def publish(self, listener: str, topic: str, payload: bytes, qos: int = 1) -> None:
        del qos
        self.published.append((listener, topic, payload))

    def is_wanted(self, listener: str, topic: str) -> bool:
        return (listener, topic) not in self.unwanted

    def disconnect(self, client: str) -> None:
        self.disconnected.append(client)


class Bench:
    """One agent service; `restart` makes another on the same directory, as after a kill."""

    def __init__(
        self,
        directory: Path,
        *,
        limits: InventoryLimits | None = None,
        revive: bool = False,
        faults: str | None = None,
        per_minute: int = 60,
    ) -> None:
        self.directory = directory
        self.clock = FakeClock()
        self.faults_file = directory / "faults.toml"
        if faults is not None:
            self.faults_file.write_text(faults, "utf-8")
        self._with_faults = faults is not None
        self._rules = Rules(limits or InventoryLimits(), revive)
        self._per_minute = per_minute
        self.journal_file = directory / "journal.jsonl"
        self._open()
        self.add_client(CLIENT)

    def _open(self) -> None:
        self.broker = RecordingBroker()
        self.deferred: list[tuple[float, Callable[[], None]]] = []
        self.store = Store(self.directory)
        self.recorder = Recorder(self.store, ValueLog(self.directory), Journal(self.journal_file))
        clients = self.store.load()
        self.recorder.recover(clients)
        self.context = Context(
            clients=clients,
            store=self.store,
            recorder=self.recorder,
            clock=self.clock,
            rules=self._rules,
        )
        self.authority = Authority(self.directory, self.clock)
        self.enrolment = Enrolment(
            self.context, self.authority, certificate_days=365, per_minute=self._per_minute
        )
        self.service = AgentService(
            self.context,
            self.enrolment,
            self.broker,
            lambda delay_s, call: self.deferred.append((delay_s, call)),
            FaultPlan(self.faults_file) if self._with_faults else None,
        )

    def add_client(self, client: str) -> None:
        self.store.save_client(client, "gateway")
        self.context.clients[client] = Client(client, "gateway")

    def restart(self) -> None:
        """Drop everything in memory without a word, as a kill does, and start again."""
        self.store.close()
        self.recorder.close()
        self._open()

    def handle(self, topic: str, message: object, client: str = CLIENT) -> bool | None:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.service.handle(client, MQTT, topic, payload)

    def ask(self, topic: str, message: object = b"{}") -> list[Message]:
        """Publish below the client's prefix; return what comes, below the prefix, decoded."""
        self.broker.published.clear()
        assert self.handle(f"{PREFIX}/{topic}", message) is True
        return self.answers()

    def answers(self) -> list[Message]:
        return [
            (topic.removeprefix(f"{PREFIX}/"), decoded(payload))
            for _, topic, payload in self.broker.published
        ]

    def code(self, topic: str, message: object = b"{}") -> int:
        """Return the code of the error that a request gets, which is its only answer."""
        return int(self.error(topic, message)["errorcode"])

    def error(self, topic: str, message: object = b"{}") -> dict[str, Any]:
        answers = self.ask(topic, message)
        errors = [payload for _, payload in answers if isinstance(payload, dict)]
        found = [error for error in errors if "errorcode" in error]
        assert found, answers
        return dict(found[-1])

    def enrol(self, payload: bytes, requester: str = REQUESTER) -> tuple[str, bytes]:
        self.broker.published.clear()
        assert self.service.handle(requester, PROVISION, "/v1.0/createClient", payload) is True
        (answer,) = self.broker.published
        assert answer[0] == PROVISION
        return answer[1], answer[2]

    def create_sensor(self, name: str = "machine") -> str:
        ((_, answer),) = self.ask("sensor/create", {"name": name})
        return str(answer["sensorId"])

    def create_metric(self, sensor: str, **definition: str) -> str:
        metric = {"matchingId": "1", "name": "some metric", **definition}
        ((_, answer),) = self.ask(f"sensor/{sensor}/metric/create", {"metrics": [metric]})
        return str(answer[0]["metricId"])

    def push(self, sensor: str, timestamp_ms: int | None = 1_590_394_246_545, **values: Any) -> Any:
        """Push values; return the answer, not the live data."""
        message: dict[str, Any] = {
            "metrics": [{"metricId": metric, "value": value} for metric, value in values.items()]
        }
        if timestamp_ms is not None:
            message["timestamp"] = timestamp_ms
        return self.ask(f"sensor/{sensor}/metric/pushValues", message)[0]

    def describe(self, sensor: str, metric: str) -> Any:
        ((_, answer),) = self.ask(f"sensor/{sensor}/metric/{metric}/inventory")
        return answer

    def listed(self) -> list[Any]:
        ((_, answer),) = self.ask("sensor/list")
        return list(answer)

    def journal(self) -> list[Any]:
        return [json.loads(line) for line in self.journal_file.read_text("utf-8").splitlines()]


def decoded(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


def signing_request(
    name: str | None = "gateway-07",
    key: Any = None,
    algorithm: Any = None,
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> bytes:
    """Return a signing request in PEM; RSA of 2048 bits unless told otherwise."""
    attributes = [] if name is None else [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    key = key or ec.generate_private_key(ec.SECP256R1())
    return builder.sign(key, algorithm or hashes.SHA256()).public_bytes(Encoding.PEM)


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
