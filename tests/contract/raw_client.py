"""A client made of paho and cryptography alone: it shares no line with either end of the wire."""

import hashlib
import itertools
import json
import queue
import ssl
import threading

import paho.mqtt.client as paho
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DEADLINE_S = 20.0


class RawClient:
    """One connection; its methods wait for events, with a deadline.

    Args:
        client: The id in the certificate; empty on the port without certificates.
    """

    def __init__(self, port, ca_file, client="", files=(), protocol=paho.MQTTv311):
        self.client = client
        self.gone = threading.Event()
        self._messages = queue.Queue()
        self._happened = queue.Queue()
        self._fences = itertools.count()
        self._port = port
        version = paho.CallbackAPIVersion.VERSION2
        self._paho = paho.Client(version, protocol=protocol, reconnect_on_failure=False)
        context = ssl.create_default_context(cafile=str(ca_file))
        if files:
            context.load_cert_chain(*files)
        self._paho.tls_set_context(context)
        self._paho.on_connect = lambda _c, _u, _f, code, _p: self._happened.put(code)
        self._paho.on_subscribe = lambda _c, _u, _m, codes, _p: self._happened.put(codes)
        self._paho.on_disconnect = lambda *_: self.gone.set()
        self._paho.on_message = lambda _c, _u, message: self._messages.put(
            (message.topic, message.payload)
        )

    def __enter__(self):
        self._paho.connect("localhost", self._port)
        self._paho.loop_start()
        code = self._happened.get(timeout=DEADLINE_S)
        if code.is_failure:
            self.__exit__()
            raise ConnectionRefusedError(str(code))
        return self

    def __exit__(self, *_):
        self._paho.disconnect()
        self._paho.loop_stop()

    def subscribe(self, topic_filter):
        self._paho.subscribe(topic_filter, qos=1)
        assert not any(code.is_failure for code in self._happened.get(timeout=DEADLINE_S))

    def publish(self, topic, payload):
        self._paho.publish(topic, payload, qos=1)

    def next(self):
        return self._messages.get(timeout=DEADLINE_S)

    def ask(self, topic, payload):
        """Publish, and return all that the agent sends for it: what comes before a ping's echo."""
        fence = f"fence {next(self._fences)}"
        self.publish(topic, payload)
        self.publish(f"/v1.0/{self.client}/ping", json.dumps({"request": fence}))
        answers = []
        while True:
            topic, message = self.next()
            if topic.endswith("/ping/info/inbox") and fence.encode() in message:
                return answers
            answers.append((topic, message))


def signing_request(key, name):
    """Return a signing request in PEM; without a CommonName when the name is None."""
    attributes = [] if name is None else [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def digest_of(request):
    return hashlib.sha256(request).hexdigest()


def save_identity(directory, key, certificate):
    """Write certificate and key, and return the client id and both files."""
    (name,) = x509.load_pem_x509_certificate(certificate).subject
    files = directory / f"{name.value}.crt", directory / f"{name.value}.key"
    files[0].write_bytes(certificate)
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return name.value, files
