"""A failed handshake is named in one line, in TLS 1.2 and in TLS 1.3."""

import ssl

import pytest
from mqtt.certificates import Authority
from mqtt.scripted_server import ScriptedServer, server_context

from collector.errors import AgentRefusesError, RefusalReason

VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls1.2", "tls1.3"]
)


def serve(connection):
    connection.serve()


@pytest.fixture
def refused(serving, dial):
    """Connect with a certificate to a server that demands one; return the refusal."""

    def connect(pair, **options):
        with serving(serve, wants_certificate=True, **options) as server:
            with pytest.raises(AgentRefusesError) as raised:
                dial(server.port, pair)
            return raised.value

    return connect


@VERSIONS
def test_our_expired_certificate_is_named(refused, authority, version):
    error = refused(authority.issue("expired", days=(-30, -1)), version=version)

    assert error.reason is RefusalReason.CLIENT_CERTIFICATE_EXPIRED
    assert "this client's certificate has expired" in str(error)
    assert "\n" not in str(error)


@VERSIONS
def test_our_revoked_certificate_is_named(refused, authority, version):
    pair = authority.issue("revoked")

    error = refused(pair, version=version, crl=authority.revoke(pair))

    assert error.reason is RefusalReason.CLIENT_CERTIFICATE_REVOKED
    assert "provision this client again" in str(error)


@VERSIONS
def test_our_certificate_of_another_authority_is_named(refused, tmp_path, version):
    # The same name as the agent's authority but another key, as after a new installation.
    error = refused(Authority(tmp_path).issue("client"), version=version)

    assert error.reason is RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA


@VERSIONS
def test_our_certificate_of_an_unknown_authority_is_named(refused, tmp_path, version):
    error = refused(Authority(tmp_path, "Rogue").issue("client"), version=version)

    assert error.reason is RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA


@VERSIONS
def test_a_missing_certificate_is_named(refused, version):
    error = refused(None, version=version)

    assert error.reason is RefusalReason.CLIENT_CERTIFICATE_REQUIRED


@VERSIONS
@pytest.mark.parametrize(
    ("hosts", "days", "reason"),
    [
        (["localhost"], (-30, -1), RefusalReason.SERVER_CERTIFICATE_EXPIRED),
        (["localhost"], (1, 30), RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID),
        (["elsewhere"], (-1, 30), RefusalReason.SERVER_CERTIFICATE_WRONG_NAME),
    ],
)
def test_the_servers_bad_certificate_is_named_and_nothing_is_sent(
    authority, dial, version, hosts, days, reason
):
    pair = authority.issue("bad-server", hosts=hosts, days=days)
    context = server_context(authority, pair, version=version)

    with ScriptedServer(serve, context) as server, pytest.raises(AgentRefusesError) as raised:
        dial(server.port)

    assert raised.value.reason is reason
    assert server.received == []


def test_a_server_certificate_that_is_not_yet_valid_points_at_our_clock(authority, dial):
    context = server_context(authority, authority.issue("future-server", days=(1, 30)))

    with (
        ScriptedServer(serve, context) as server,
        pytest.raises(AgentRefusesError, match="machine's clock is wrong"),
    ):
        dial(server.port)


@VERSIONS
def test_a_server_of_another_authority_is_named_and_nothing_is_sent(dial, tmp_path, version):
    rogue = Authority(tmp_path, "Rogue")
    context = server_context(rogue, rogue.issue("server"), version=version)

    with ScriptedServer(serve, context) as server, pytest.raises(AgentRefusesError) as raised:
        dial(server.port)

    assert raised.value.reason is RefusalReason.SERVER_CERTIFICATE_UNKNOWN_CA
    assert server.received == []


def test_an_address_that_the_certificate_does_not_carry_is_a_wrong_name(authority, dial):
    context = server_context(authority, authority.issue("named-server", hosts=["localhost"]))

    with ScriptedServer(serve, context) as server, pytest.raises(AgentRefusesError) as raised:
        dial(server.port, host="127.0.0.1")

    assert raised.value.reason is RefusalReason.SERVER_CERTIFICATE_WRONG_NAME


def test_a_server_name_can_be_given(authority, dial):
    context = server_context(authority, authority.issue("other-server", hosts=["elsewhere"]))

    with ScriptedServer(serve, context) as server:
        dial(server.port, server_name="elsewhere").close()


def test_a_certificate_against_the_letter_of_the_rules_is_refused_where_that_is_asked_for(
    dial, tmp_path
):
    lax = Authority(tmp_path, is_strict=False)
    context = server_context(lax, lax.issue("server"))

    with ScriptedServer(serve, context) as server:
        dial(server.port, ca_file=lax.ca_file, strict=False).close()
    with ScriptedServer(serve, context) as server, pytest.raises(AgentRefusesError) as raised:
        dial(server.port, ca_file=lax.ca_file, strict=True)

    assert raised.value.reason is RefusalReason.SERVER_CERTIFICATE_INVALID
    assert "tls_strict = false in [agent] accepts it" in str(raised.value)


def test_a_server_without_a_safe_version_of_tls_is_named(serving, dial):
    old = serving(serve, version=ssl.TLSVersion.TLSv1_1)

    with old as server, pytest.raises(AgentRefusesError, match=r"1\.2 or newer") as raised:
        dial(server.port)

    assert raised.value.reason is RefusalReason.NO_COMMON_PROTOCOL
    assert server.received == []


def test_a_server_without_tls_is_named_and_nothing_is_sent(dial):
    heard = []

    def speak_plainly(connection):
        heard.append(connection.read(1))
        connection.send(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        connection.sock.recv(65536)

    with (
        ScriptedServer(speak_plainly) as server,
        pytest.raises(AgentRefusesError, match="does not speak TLS") as raised,
    ):
        dial(server.port)

    assert raised.value.reason is RefusalReason.NO_COMMON_PROTOCOL
    assert heard == [b"\x16"]  # a TLS record, no MQTT
