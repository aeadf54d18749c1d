"""The network side of a simulated bus: connections refused, cut, limited, frozen, encrypted."""

import select
import socket
import ssl
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from collector.clock import SystemClock
from collector_modbus.registers.table import Table
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice

REQUEST = bytes.fromhex("1234 0000 0006 01 03 0000 0001")
ANSWER = bytes.fromhex("1234 0000 0005 01 03 02 002A")


@contextmanager
def bus_with_a_device(link_type="tcp", **options):
    with SimulatedBus(link_type, SystemClock(), **options) as bus:
        device = bus.add(SimulatedDevice(1))
        device.registers.set_words(Table.HOLDING, 0, [0x2A])
        yield bus


@pytest.fixture
def bus():
    with bus_with_a_device() as made:
        yield made


def connection(bus):
    made = socket.create_connection(bus.address, timeout=5.0)
    made.settimeout(5.0)
    return made


def answer_on(client):
    client.sendall(REQUEST)
    return client.recv(100)


def is_closed(client):
    with suppress(ConnectionResetError):
        while client.recv(100):
            pass
    return True  # else it timed out


def hears(client, timeout_s=0.05):
    return bool(select.select([client], [], [], timeout_s)[0])


def test_several_clients_are_served_at_once(bus):
    with connection(bus) as one, connection(bus) as other:
        assert [ANSWER] * 4 == [answer_on(client) for client in (one, other, one, other)]


def test_closed_connections_are_closed_for_the_client_and_new_ones_are_welcome(bus):
    with connection(bus) as one, connection(bus) as other:
        answer_on(one)
        answer_on(other)

        bus.close_connections()

        assert is_closed(one)
        assert is_closed(other)
    with connection(bus) as again:
        assert ANSWER == answer_on(again)


def test_connections_are_refused_until_they_are_accepted_again(bus):
    with connection(bus) as before:
        answer_on(before)

        bus.stop_accepting()
        bus.stop_accepting()

        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                connection(bus)
        assert ANSWER == answer_on(before)
        bus.accept_again()
        bus.accept_again()
        with connection(bus) as again:
            assert ANSWER == answer_on(again)


def test_one_connection_at_a_time_closes_further_ones(bus):
    bus.limit_connections(1)
    with connection(bus) as first:
        assert ANSWER == answer_on(first)

        with connection(bus) as second:
            assert is_closed(second)

        assert ANSWER == answer_on(first)
        bus.close_connections()
        with connection(bus) as third:
            assert ANSWER == answer_on(third)
        bus.limit_connections(None)
        with connection(bus) as fourth, connection(bus) as fifth:
            assert [ANSWER] * 2 == [answer_on(client) for client in (fourth, fifth)]


def test_a_frozen_bus_is_connected_and_silent_and_goes_on_when_thawed(bus):
    with connection(bus) as client:
        assert ANSWER == answer_on(client)

        bus.freeze()
        client.sendall(REQUEST)
        with connection(bus) as another:
            another.sendall(REQUEST)
            assert not hears(client)
            assert not hears(another)
            assert 1 == bus.request_count
            bus.thaw()
            assert [ANSWER] * 2 == [client.recv(100), another.recv(100)]


def test_a_frozen_bus_can_be_stopped():
    bus = SimulatedBus("tcp", SystemClock()).start()
    bus.freeze()

    bus.stop()


def test_a_client_that_leaves_costs_nobody_else_anything(bus):
    with connection(bus) as stays:
        for _ in range(10):
            with connection(bus) as leaves:
                leaves.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # RST
                leaves.sendall(REQUEST * 5)

        assert ANSWER == answer_on(stays)


def test_a_client_that_does_not_read_is_cut_off_and_the_others_are_served(bus):
    with connection(bus) as stays, connection(bus) as floods:
        floods.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with suppress(ConnectionError):
            floods.sendall(50_000 * (REQUEST[:-1] + b"\x7d"))

        is_cut_off = select.poll()
        is_cut_off.register(floods, select.POLLRDHUP)
        assert is_cut_off.poll(10_000)
        assert ANSWER == answer_on(stays)


def test_a_datagram_is_answered_to_its_sender():
    with bus_with_a_device("udp") as bus:
        clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for number, client in enumerate(clients):
            client.settimeout(5.0)
            client.sendto(bytes([number]) + REQUEST[1:], bus.address)
        answers = [client.recv(100) for client in clients]
        for client in clients:
            client.close()

    assert [bytes([number]) + ANSWER[1:] for number in range(2)] == answers


def test_links_without_connections_say_so():
    with bus_with_a_device("udp") as bus, pytest.raises(TypeError, match="'udp' has no conn"):
        bus.close_connections()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and its certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "device.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.fixture
def tls_bus(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with bus_with_a_device("tls", tls=context) as made:
        yield made


def tls_connection(bus, certificate):
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context.wrap_socket(connection(bus))


def test_tls_carries_the_same(tls_bus, certificate):
    with tls_connection(tls_bus, certificate) as one, tls_connection(tls_bus, certificate) as other:
        assert [ANSWER] * 4 == [answer_on(client) for client in (one, other, one, other)]


def test_a_request_behind_another_in_one_tls_record_is_not_forgotten(tls_bus, certificate):
    with tls_connection(tls_bus, certificate) as client:
        client.sendall(REQUEST * 1000)
        answers = b""
        while len(answers) < 1000 * len(ANSWER):
            answers += client.recv(10_000)

    assert ANSWER * 1000 == answers


def test_who_speaks_no_tls_is_cut_off_and_who_is_slow_with_it_keeps_nobody(tls_bus, certificate):
    with connection(tls_bus) as plain, connection(tls_bus):
        plain.sendall(REQUEST)

        assert is_closed(plain)
        with tls_connection(tls_bus, certificate) as client:
            assert ANSWER == answer_on(client)
