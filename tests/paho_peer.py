"""A client of the agent made of paho and cryptography alone, independent of the collector's own."""

import hashlib
import queue
import secrets
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
from agent_bench import decoded, signing_request
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

DEADLINE_S = 40.0  # a machine busy with other tests takes its time


@dataclass(frozen=True)
class Identity:
    """Files of one client.

    Attributes:
        client: Its id.
    """

    client: str
    certificate: Path
    key: Path


class Peer:
    """One connection. Its methods wait for events, with a deadline."""

    def __init__(
        self,
        port: int,
        ca_file: Path,
        identity: Identity | None = None,
        *,
        mqtt_id: str = "",
        protocol: int = paho.MQTTv311,
        will: str = "",
    ) -> None:
        self.messages: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.connected = threading.Event()
        self.gone = threading.Event()
        self.refused = threading.Event()
        self._granted: queue.Queue[list[Any]] = queue.Queue()
        self._port = port
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            mqtt_id or secrets.token_hex(8),
            protocol=protocol,
            reconnect_on_failure=False,
        )
        if will:
            client.will_set(will, b'{"request": "from a will"}', qos=1)
        self.context = tls_context(ca_file, identity)
        client.tls_set_context(self.context)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    def __enter__(self) -> Self:
        self._client.connect("localhost", self._port)
        self._client.loop_start()
        assert self.connected.wait(DEADLINE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def is_let_in(self) -> bool:
        """Tell whether a connection comes about."""
        try:
            self._client.connect("localhost", self._port)
        except (OSError, ssl.SSLError):
            return False
        self._client.loop_start()
        try:
            while not (self.connected.is_set() or self.gone.is_set() or self.refused.is_set()):
                self.gone.wait(0.02)
            return self.connected.is_set()
        finally:
            self.__exit__()

    def subscribe(self, topic_filter: str) -> bool:
        """Tell whether a subscription is granted."""
        self._client.subscribe(topic_filter, qos=1)
        (code,) = self._granted.get(timeout=DEADLINE_S)
        return not code.is_failure

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> Any:
        return self._client.publish(topic, payload, qos=1, retain=retain)

    def next(self) -> tuple[str, Any]:
        return self.messages.get(timeout=DEADLINE_S)

    def vanish(self) -> None:
        """Close the socket without a word, so that the will is due."""
        self._client.loop_stop()
        self._client.socket().close()  # type: ignore[union-attr]

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: Any, *_: Any) -> None:
        (self.refused if code.is_failure else self.connected).set()

    def _on_disconnect(self, *_: Any) -> None:
        self.gone.set()

    def _on_subscribe(self, _client: Any, _data: Any, _mid: Any, codes: Any, *_: Any) -> None:
        self._granted.put(codes)

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        self.messages.put((message.topic, decoded(message.payload)))


def enrol(port: int, ca_file: Path, directory: Path, name: str = "gateway") -> Identity:
    """Get an identity the documented way."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = signing_request(name, key)
    digest = hashlib.sha256(request).hexdigest()
    with Peer(port, ca_file) as peer:
        assert peer.subscribe(f"/certBack/{digest}")
        peer.publish("/v1.0/createClient", request)
        _, pem = peer.next()
    return save_identity(directory, key, pem.encode())


def save_identity(directory: Path, key: ec.EllipticCurvePrivateKey, pem: bytes) -> Identity:
    subject = x509.load_pem_x509_certificate(pem).subject
    client = str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    certificate_file, key_file = directory / f"{client}.crt", directory / f"{client}.key"
    certificate_file.write_bytes(pem)
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Identity(client, certificate_file, key_file)


def tls_context(ca_file: Path, identity: Identity | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context
