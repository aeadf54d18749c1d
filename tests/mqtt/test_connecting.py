"""Whatever keeps us from the agent is told in one line, in time."""

import socket
import threading

import pytest
from mqtt.scripted_server import ScriptedServer, connack

from collector.clock import Deadline
from collector.errors import (
    AgentAbsentError,
    AgentRefusesError,
    AgentTimeoutError,
    AgentUnreachableError,
    ConnectDeclinedError,
    RefusalReason,
)
from collector.mqtt import dialing
from collector.mqtt.session import PahoTransport


def hold(connection):
    connection.packet()
    connection.hold_until_the_end()


@pytest.fixture
def impatient(transports, settings_for, clock):
    """Connect with a deadline of a fraction of a second."""

    def connect(port, **changes):
        transports(settings_for(port, **changes)).connect(Deadline.after(clock, 0.3))

    return connect


def test_the_first_packet_asks_for_a_clean_session_under_a_name_of_its_own(serving, dial):
    with serving(lambda connection: connection.serve()) as server:
        for _ in range(2):
            dial(server.port).close()

    connects = [body for first, body in server.received if first == 0x10]
    names = [body[12:] for body in connects]
    assert [body[:10] for body in connects] == [b"\0\4MQTT\4\2\0\x0f"] * 2  # keepalive 15 s
    assert [len(name) for name in names] == [22, 22]
    assert names[0] != names[1]


def test_the_older_version_of_the_protocol_can_be_chosen(serving, dial):
    with serving(lambda connection: connection.serve()) as server:
        dial(server.port, protocol="3.1").close()

    _, body = server.received[0]
    assert body[:12] == b"\0\6MQIsdp\3\2\0\x0f"
    assert len(body) - 14 <= 23  # what MQTT 3.1 allows a client identifier


def test_nobody_listening_is_told(dial):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(AgentAbsentError, match=f"nobody listens at localhost:{port}"):
        dial(port)


def test_an_unknown_name_is_told(dial):
    with pytest.raises(AgentUnreachableError, match=r"no-such-host\.invalid cannot be resolved"):
        dial(1, host="no-such-host.invalid")


def test_an_impossible_name_is_told(dial):
    with pytest.raises(AgentUnreachableError, match="cannot be resolved"):
        dial(1, host="a" * 300)


def test_a_resolver_that_hangs_costs_no_more_than_the_deadline(impatient, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(dialing.socket, "getaddrinfo", lambda *_, **__: released.wait(10) and [])

    with pytest.raises(AgentTimeoutError, match="was not resolved in time"):
        impatient(1)
    released.set()


def test_the_next_address_is_tried_when_the_first_does_not_answer(serving, dial, monkeypatch):
    both = [(0, 0, 0, "", ("127.0.0.2", 0)), (0, 0, 0, "", ("127.0.0.1", 0))]
    resolve = socket.getaddrinfo

    def known(host, *arguments, **options):
        return both if host == "localhost" else resolve(host, *arguments, **options)

    monkeypatch.setattr(dialing.socket, "getaddrinfo", known)

    with serving(lambda connection: connection.serve()) as server:
        dial(server.port).close()

    assert server.connections == 1


def test_a_server_that_never_shakes_hands_is_told_in_time(impatient):
    with (
        ScriptedServer(lambda connection: connection.sock.recv(1) and hold(connection)) as server,
        pytest.raises(AgentTimeoutError, match="TLS handshake"),
    ):
        impatient(server.port)


def test_a_server_that_never_consents_is_told_in_time(impatient, serving):
    with serving(hold) as server, pytest.raises(ConnectDeclinedError, match="CONNECT"):
        impatient(server.port)


def test_a_server_that_hangs_up_before_the_handshake_is_told(dial):
    with (
        ScriptedServer(lambda _: None) as server,
        pytest.raises(AgentUnreachableError, match="during the TLS handshake"),
    ):
        dial(server.port)


def test_a_server_that_hangs_up_instead_of_consenting_is_told(dial, serving):
    with (
        serving(lambda connection: connection.packet()) as server,
        pytest.raises(AgentUnreachableError, match="hung up without an answer to our CONNECT"),
    ):
        dial(server.port)


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (1, 'try protocol = "3.1"', RefusalReason.NO_COMMON_PROTOCOL),
        (2, "identifier", None),
        (3, "not ready", None),
        (4, "collector provision", RefusalReason.CLIENT_NOT_AUTHORIZED),
        (5, "collector provision", RefusalReason.CLIENT_NOT_AUTHORIZED),
        (77, "code 77", None),
    ],
)
def test_a_refused_connect_is_told_by_its_code(dial, serving, code, text, reason):
    def refuse(connection):
        connection.packet()
        connection.send(connack(code))

    with serving(refuse) as server, pytest.raises(AgentUnreachableError) as raised:
        dial(server.port)

    assert text in str(raised.value)
    assert getattr(raised.value, "reason", None) is reason
    assert isinstance(raised.value, AgentRefusesError) is (reason is not None)


def test_a_refused_version_is_not_tried_again_with_another(dial, serving):
    def refuse(connection):
        connection.packet()
        connection.send(connack(1))

    with serving(refuse) as server, pytest.raises(AgentRefusesError):
        dial(server.port)

    assert server.connections == 1


def test_a_server_that_speaks_something_else_is_told(dial, serving):
    with (
        serving(lambda connection: connection.send(b"220 mail.example ESMTP\r\n")) as server,
        pytest.raises(AgentUnreachableError, match="does not speak MQTT"),
    ):
        dial(server.port)


def test_a_failed_connect_leaves_nothing_open(settings_for, serving, clock, soon):
    with serving(lambda connection: connection.packet()) as server:
        transport = PahoTransport(settings_for(server.port), clock)
        with pytest.raises(AgentUnreachableError):
            transport.connect(soon)

        assert transport.poll(0) == []
        with pytest.raises(AgentUnreachableError, match="not connected"):
            transport.publish("a", b"")
