"""C6: the reply to an enrolment is lost, doubled, late, refused, or not meant for us."""

import hashlib
import json
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from faults.fault_load import BRISK, SITE
from faults.identity_files import IdentityFiles
from faults.mini_agent import serve
from impostor import signed_by_agent
from mqtt.certificates import Authority, pem
from mqtt.scripted_server import ScriptedServer
from running import Program, wait_until

DEEDS = (
    'action = "duplicate"',
    'action = "delay"\ndelay_s = 1.5',
    'action = "error"\ncode = 1\ncount = 1',
)


def test_whatever_comes_only_a_certificate_for_our_own_key_is_taken(bench, row):
    bench.start_agent()
    bench.configure(BRISK)
    _lose_a_reply(bench)
    for deed in DEEDS:
        bench.set_faults(f'operation = "create_client"\n{deed}')
        code, _, complaints = bench.ask("provision", "--force")
        if code:
            assert 1 == len(complaints.splitlines()), complaints
            assert code in (1, 69)
            code, _, complaints = bench.ask("provision", "--force")
        assert 0 == code, complaints
        files = IdentityFiles(bench)
        key = load_pem_private_key(files.key.read_bytes(), None)
        assert key.public_key() == files.public_key()
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        assert files.client_id == certificate.subject.rdns[-1].rfc4514_string()[3:]
    bench.set_faults()

    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
    clients = {row["client"] for row in bench.agent.journal()}
    assert {json.loads(files.record.read_text())["client_id"]} == clients


def _lose_a_reply(bench):
    """Have the first reply lost, and whoever waits for it killed: the same request is kept."""
    bench.set_faults('operation = "create_client"\naction = "drop_reply"\ncount = 1')
    words = ("provision", "--config", bench.place.config_file)
    program = Program(bench.place.path / "lost", *words, python_path=SITE)
    wait_until(lambda: list(bench.place.state_dir.rglob("*pending*")), "it has asked")
    bench.run_for(0.5)
    program.kill()
    assert not list(bench.place.state_dir.rglob("client.json"))


CLIENT_ID = "06a9d9219eb9497c995216e130ab6748"


class ForeignIssuer:
    """Answers a signing request with a certificate that must not be taken.

    Args:
        agent_directory: Of the agent whose authority it has.
        other: Another authority.
        way: What is wrong with its answers.

    Attributes:
        asked: The requests.
    """

    def __init__(self, agent_directory, other, way):
        self.order = []
        self.asked = []
        self._agent_directory = agent_directory
        self._other = other
        self._answer = getattr(self, f"_{way}")

    @property
    def context(self):
        """Return what its TLS shows: the agent's own certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        directory = self._agent_directory
        context.load_cert_chain(directory / "server.crt", directory / "server.key")
        return context

    def take(self, topic, payload):
        """Return the messages that answer a request."""
        self.asked.append(payload)
        return [self._answer(payload, x509.load_pem_x509_csr(payload).public_key())]

    def _sign(self, key, name=CLIENT_ID):
        return signed_by_agent(self._agent_directory, name, key, -1, 30)

    def _another_key(self, request, key):
        return topic_of(request), self._sign(ec.generate_private_key(ec.SECP256R1()).public_key())

    def _another_authority(self, request, key):
        return topic_of(request), pem(self._other.sign(CLIENT_ID, key))

    def _no_client_id(self, request, key):
        return topic_of(request), self._sign(key, "a/b#+")

    def _no_certificate(self, request, key):
        return topic_of(request), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

    def _another_request(self, request, key):
        return topic_of(request + b"\n"), self._sign(key)


WAYS = ("another_key", "another_authority", "no_client_id", "no_certificate")
"""Those that are told at once; a certificate for another request is waited past."""


def topic_of(request):
    return f"/certBack/{hashlib.sha256(request).hexdigest()}"


def test_a_certificate_that_is_not_ours_is_refused_and_nothing_is_written(bench, row):
    bench.start(BRISK)
    assert 0 == bench.collector.stop()
    former = IdentityFiles(bench).everything()
    other, asked = Authority(bench.place.path / "other", "Another Authority"), set()
    for way in row.pick(WAYS, (*WAYS, "another_request")):
        issuer = ForeignIssuer(bench.agent.directory, other, way)
        with ScriptedServer(lambda line, i=issuer: serve(line, i), issuer.context) as server:
            bench.configure(BRISK, provision_port=server.port)

            code, _, complaints = bench.ask("provision", "--force")

        assert 0 != code, way
        assert 1 == len(complaints.splitlines()), complaints
        row.note(f"{way.replace('_', ' ')}: refused")
        asked |= set(issuer.asked)
        now = IdentityFiles(bench).everything()
        assert former == {name: data for name, data in now.items() if "pending" not in name}
    assert 1 == len(asked)  # the same request each time

    bench.configure(BRISK)
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
