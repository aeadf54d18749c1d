"""Certificates that are wrong in some way: the reason is named, and nothing is lost meanwhile."""

import json
import shutil

import pytest
from cryptography import x509
from impostor import Impostor, signed_by_agent


def _client_id(place):
    return json.loads((place.state_dir / "identity" / "client.json").read_text())["client_id"]


@pytest.fixture
def enrolled(place, agent):
    """A collector that had an identity and delivered."""
    collector = place.collector()
    collector.wait_until_confirmed()
    assert collector.stop() == 0


@pytest.fixture
def impostor(place, agent):
    """Starts a TLS server that shows a certificate of the agent's authority; returns its port."""
    listeners = []

    def start(first_day, last_day, host="127.0.0.1"):
        listeners.append(Impostor(agent.directory, place.path, first_day, last_day, host=host))
        return listeners[-1].port

    yield start
    for listener in listeners:
        listener.close()


def _assert_refused(place, *words):
    """Check that a command and a run both name the reason, and that the run goes on sampling."""
    code, output, complaint = place.ask("client", "ping")
    assert (69, "") == (code, output), complaint
    assert 1 == len(complaint.splitlines())
    collector = place.collector()
    status = collector.wait_for(
        lambda status: status["delivery"]["message"] and status["buffer"]["readings"] > 5,
        "a reason is given and it samples",
    )
    for word in words:
        assert word in complaint
        assert word in status["delivery"]["message"]
    assert 0 == status["delivery"]["confirmed_readings"]
    assert collector.stop() == 0


def test_authority_that_is_another_one(place, agent, enrolled):
    other = place.agent(name="other")
    place.configure(agent=agent, ca_file=other.directory / "ca.crt")

    _assert_refused(place, "authority")


def test_server_certificate_that_has_expired(place, agent, enrolled, impostor):
    place.configure(agent=agent, port=impostor(-30, -1))

    _assert_refused(place, "expired")


def test_server_certificate_that_is_not_yet_valid_as_with_a_clock_in_1970(
    place, agent, enrolled, impostor
):
    place.configure(agent=agent, port=impostor(+1, +30))

    _assert_refused(place, "not yet valid", "clock")


def test_server_certificate_for_another_host(place, agent, enrolled, impostor):
    place.configure(agent=agent, port=impostor(-1, +30, "192.0.2.1"))

    _assert_refused(place, "127.0.0.1")


def test_client_certificate_that_has_expired(place, agent, enrolled):
    (certificate_file,) = (
        file for file in (place.state_dir / "identity").glob("*.crt") if ".ca." not in file.name
    )
    old = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    certificate_file.write_bytes(
        signed_by_agent(agent.directory, _client_id(place), old.public_key(), -30, -1)
    )

    _assert_refused(place, "expired")


def test_client_certificate_of_an_agent_that_was_set_up_afresh(place, agent, enrolled):
    agent.stop()
    shutil.rmtree(agent.directory)
    place.again(agent)

    _assert_refused(place, "authority")


def test_something_else_on_the_port_of_the_agent(place, agent, enrolled):
    place.configure(agent=agent, port=agent.ports[0])

    code, output, complaint = place.ask("client", "ping")

    assert (69, "") == (code, output)
    assert 1 == len(complaint.splitlines())
