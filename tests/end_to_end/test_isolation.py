"""Nothing of a simulated or embedded run can reach the agent of the configuration."""

import socket

import pytest

SYSTEM = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n'
OPTIONS = [("--simulate", "simulate"), ("--embedded-agent", "embedded")]


@pytest.fixture
def traps():
    """Two listeners where the configured agent would be; nobody ever accepts."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    yield listeners
    for listener in listeners:
        listener.close()


def _was_connected_to(listener):
    listener.settimeout(0)
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize(("option", "name"), OPTIONS)
def test_no_connection_is_made_to_the_configured_agent(place, traps, option, name):
    agent = place.agent()
    place.configure(
        SYSTEM,
        agent=agent,
        provision_port=traps[0].getsockname()[1],
        port=traps[1].getsockname()[1],
    )
    collector = place.collector(option)
    status = collector.wait_until_confirmed(2)
    assert place.ask("client", "ping")[0] == 0

    assert collector.stop() == 0

    assert (name, "the embedded agent") == (status["mode"], status["delivery"]["agent"])
    assert not any(_was_connected_to(listener) for listener in traps)
    assert [] == agent.journal()
    assert [name] == [entry.name for entry in place.state_dir.iterdir()]


def test_configured_agent_keeps_its_identity_and_readings_through_other_runs(place):
    agent = place.agent()
    place.configure(SYSTEM, agent=agent)
    real = place.collector()
    before = real.wait_until_confirmed()
    assert real.stop() == 0
    journal = agent.journal()
    kept = {path: path.read_bytes() for path in place.state_dir.rglob("*") if path.is_file()}
    assert journal

    for option, _ in OPTIONS:
        other = place.collector(option)
        status = other.wait_until_confirmed()
        assert other.stop() == 0
        assert before["delivery"]["client_id"] != status["delivery"]["client_id"]

    assert journal == agent.journal()
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert (
        place.collector().wait_until_confirmed()["delivery"]["client_id"]
        == (before["delivery"]["client_id"])
    )


def test_commands_on_a_simulated_run_go_to_its_own_agent(place, traps):
    place.configure(
        SYSTEM,
        agent=place.agent(),
        provision_port=traps[0].getsockname()[1],
        port=traps[1].getsockname()[1],
    )
    collector = place.collector("--simulate")
    collector.wait_until_confirmed()

    code, output, _ = place.ask("sensor", "list")

    assert 0 == code
    assert "gateway" in output
    assert not any(_was_connected_to(listener) for listener in traps)
