"""C1: the client's certificate has expired, is revoked, of another authority, or missing."""

import ssl
from types import SimpleNamespace

import pytest
from cryptography import x509
from faults.fault_load import BRISK, STANDARD
from faults.identity_files import IdentityFiles
from impostor import revoked_by_agent, signed_by_agent
from mqtt.certificates import Authority, Pair, pem
from mqtt.scripted_server import ScriptedServer, server_context

NAMED_WITHIN_S = 10.0
VERSIONS = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)


def expired(bench, files):
    days = (-30, -1)
    certificate = signed_by_agent(bench.agent.directory, files.client_id, files.public_key(), *days)
    files.certificate.write_bytes(certificate)


def foreign(bench, files):
    other = Authority(bench.place.path / "other", "Another Authority")
    files.certificate.write_bytes(pem(other.sign(files.client_id, files.public_key())))


def revoked(bench, files):
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    crl_file = bench.place.path / "revoked.crl"
    crl_file.write_bytes(revoked_by_agent(bench.agent.directory, certificate.serial_number))
    return crl_file


REASONS = {
    expired: "certificate has expired",
    foreign: "not know the authority",
    revoked: "certificate is revoked",
}


def agent_that_checks(bench, version, crl_file):
    """Return a server that has the agent's certificate and wants to see the client's."""
    directory = bench.agent.directory
    pair = Pair(directory / "server.crt", directory / "server.key")
    authority = SimpleNamespace(ca_file=directory / "ca.crt")
    context = server_context(authority, pair, version=version, wants_certificate=True, crl=crl_file)
    return ScriptedServer(lambda connection: connection.serve(), context)


@pytest.fixture
def enrolled_bench(bench, row):
    bench.start(row.pick(BRISK, STANDARD))
    assert 0 == bench.collector.stop()
    return bench


def test_the_reason_is_named_and_nothing_is_lost(enrolled_bench, row):
    bench, files = enrolled_bench, IdentityFiles(enrolled_bench)
    for version in row.pick(VERSIONS[:1], VERSIONS):
        for spoil, words in REASONS.items():
            with agent_that_checks(bench, version, spoil(bench, files)) as agent:
                bench.configure(bench.load, provision="never", port=agent.port)
                bench.start_collector()
                bench.wait_until_named(words, NAMED_WITHIN_S)
                assert 0 == bench.collector.stop()
            files.restore()
            row.note(f"{version.name}: {spoil.__name__}")

    bench.configure(bench.load)
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped


def test_one_that_is_missing_is_named(enrolled_bench, row):
    bench, files = enrolled_bench, IdentityFiles(enrolled_bench)
    files.directory.rename(bench.place.path / "away")
    bench.configure(bench.load, provision="never")
    bench.start_collector()
    assert 78 == bench.collector.wait(NAMED_WITHIN_S)
    assert "there is no identity in" in bench.collector.complaints
    assert 1 == len(bench.collector.complaints.splitlines())

    (bench.place.path / "away").rename(files.directory)
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
