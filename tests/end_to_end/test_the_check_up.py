"""`collector doctor` beside a real agent: it finds what is wrong, and says what to do."""

import getpass
import json
import shutil
import socket

import pytest
from cryptography import x509
from impostor import Impostor, signed_by_agent

SYSTEM = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n'
TOKEN = "token-0123456789abcdef-0123456789"


@pytest.fixture
def doctor(place):
    """Return what runs the check-up as this user, and gives all findings that are not well."""

    def ask():
        code, output, complaint = place.ask("doctor", "--json", "--user", getpass.getuser())
        found = json.loads(output)
        assert "" == complaint
        assert all(each["advice"] for each in found if each["verdict"] != "ok")
        assert code == int(any(each["verdict"] == "problem" for each in found))
        return found

    return ask


def of(findings, word):
    """Return verdict, words and advice of the finding that begins so."""
    (found,) = (each for each in findings if each["what"].startswith(word))
    return found["verdict"], found["what"], found["advice"]


@pytest.fixture
def enrolled(place, agent):
    """A collector that had an identity and delivered."""
    collector = place.collector()
    collector.wait_until_confirmed()
    assert collector.stop() == 0


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_service_that_runs_well_has_no_problem(place, agent, doctor):
    collector = place.collector()
    collector.wait_until_confirmed()

    found = doctor()

    assert [] == [each for each in found if each["verdict"] == "problem"]
    assert "ok" == of(found, "our certificate")[0]
    assert "ok" == of(found, "agent, for clients")[0]
    assert "is valid for" in of(found, "agent, for clients")[1]
    assert collector.stop() == 0


def test_before_the_first_run_nothing_is_a_problem(place, agent, doctor):
    found = doctor()

    assert [] == [each for each in found if each["verdict"] == "problem"]
    assert ("warning", "identity: none yet", "the first run gets one by itself") == of(
        found, "identity"
    )


def test_an_agent_that_is_down_is_told_at_both_of_its_ports(place, agent, enrolled, doctor):
    agent.stop()

    found = doctor()

    for port in ("clients", "provisioning"):
        verdict, what, advice = of(found, f"agent, for {port}")
        assert "problem" == verdict
        assert "refused" in what
        assert "start the agent" in advice


def test_an_authority_that_is_another_one_is_told(place, agent, enrolled, doctor):
    other = place.agent(name="other")
    place.configure(agent=agent, ca_file=other.directory / "ca.crt")

    verdict, what, advice = of(doctor(), "agent, for clients")

    assert "problem" == verdict
    assert "another authority" in what
    assert "take ca_file from this agent" in advice


def test_an_authority_that_is_not_there_is_told(place, agent, enrolled, doctor):
    place.configure(agent=agent, ca_file=place.path / "gone.crt")

    verdict, what, advice = of(doctor(), "agent, for clients")

    assert "problem" == verdict
    assert "gone.crt" in what
    assert "ca_file" in advice


def test_a_client_whom_the_agent_refuses_is_told_to_provision_again(place, agent, enrolled, doctor):
    agent.stop()
    shutil.rmtree(agent.directory)
    place.again(agent)

    verdict, what, advice = of(doctor(), "agent, for clients")

    assert "problem" == verdict
    assert "this client's certificate" in what or "another authority" in what
    assert advice


def test_our_certificate_that_the_agent_finds_expired_is_told_twice(place, agent, enrolled, doctor):
    (certificate_file,) = (
        file for file in (place.state_dir / "identity").glob("*.crt") if ".ca." not in file.name
    )
    old = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    name = old.subject.rfc4514_string().removeprefix("CN=")
    certificate_file.write_bytes(signed_by_agent(agent.directory, name, old.public_key(), -30, -1))

    found = doctor()

    assert "problem" == of(found, "agent, for clients")[0]
    assert "expired" in of(found, "agent, for clients")[1]
    assert "collector provision --renew" in of(found, "agent, for clients")[2]


@pytest.fixture
def certificate_lasting(place, agent, enrolled):
    """Return what puts an agent there whose certificate lasts for some more days."""
    listeners = []

    def start(days):
        listeners.append(Impostor(agent.directory, place.path, -30, days))
        place.configure(agent=agent, port=listeners[-1].port)

    yield start
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize(
    ("days", "verdict", "word"), [(3.5, "warning", "3 days"), (-1, "problem", "expired")]
)
def test_the_days_that_the_agent_s_certificate_has_left_are_told(
    certificate_lasting, doctor, days, verdict, word
):
    certificate_lasting(days)

    found = of(doctor(), "agent, for clients")

    assert verdict == found[0]
    assert word in found[1]


def test_a_page_whose_port_another_program_has_is_a_problem(place, agent, doctor, taken_port):
    place.configure(agent=agent, tables=f"[web]\nenabled = true\nport = {taken_port}\n")

    verdict, what, advice = of(doctor(), "status page")

    assert ("problem", f"status page at 127.0.0.1:{taken_port} cannot listen: ") == (
        verdict,
        what[: what.rindex(": ") + 2],
    )
    assert "another port in [web]" in advice


def test_a_page_on_all_addresses_without_a_token_is_a_problem_of_the_configuration(
    place, agent, doctor
):
    place.configure(agent=agent, tables='[web]\nenabled = true\nhost = "0.0.0.0"\n')

    verdict, what, _ = of(doctor(), "configuration")

    assert "problem" == verdict
    assert "token_file" in what
    assert "openssl rand -hex 32" in what


def test_a_configuration_that_is_not_there_is_told_with_what_to_do(place, agent, doctor):
    place.config_file.unlink()

    verdict, _, advice = of(doctor(), "configuration")

    assert "problem" == verdict
    assert "--config" in advice


@pytest.mark.parametrize("options", [(), ("--simulate",)])
def test_a_page_that_the_running_collector_serves_is_well(place, agent, doctor, options):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    place.configure(agent=agent, tables=f"[web]\nenabled = true\nport = {port}\n")
    if options:
        place.configure(SYSTEM, agent=agent, tables=f"[web]\nenabled = true\nport = {port}\n")
    collector = place.collector(*options)
    collector.wait_until_confirmed()

    assert "ok" == of(doctor(), "status page")[0]

    assert collector.stop() == 0


def test_a_state_directory_open_to_others_is_a_warning(place, agent, enrolled, doctor):
    place.state_dir.chmod(0o755)

    assert "warning" == of(doctor(), "state directory")[0]
