"""What TLS lets in, and what both sides are told when it does not."""

import socket
import ssl
import struct

import pytest
from agent_listener import raw
from agent_listener.site import client_context
from mqtt.certificates import Authority

VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def alert_of(site, context):
    """Return what the client's TLS says after the server has refused it."""
    with pytest.raises(ssl.SSLError) as caught:
        _read_one_byte(site, context)
    return caught.value.reason


def _read_one_byte(site, context):
    client = raw.dial(site.ports["mutual"], context)
    try:
        client.sock.recv(1)
    finally:
        client.close()


@VERSIONS
def test_both_versions_are_spoken(site, authority, pairs, version):
    client = raw.dial(site.ports["mutual"], client_context(authority, pairs["alice"], version))

    assert raw.ACCEPTED == client.ask(raw.connect())
    assert ssl.TLSVersion[client.sock.version().replace(".", "_")] == version

    client.close()


@VERSIONS
def test_a_client_without_certificate_is_told_so(site, authority, version, caplog):
    reason = alert_of(site, client_context(authority, None, version))

    assert reason in ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE")
    assert "peer did not return a certificate" in caplog.text


@VERSIONS
def test_a_client_with_an_expired_certificate_is_told_so(site, authority, version, caplog):
    expired = authority.issue("expired", days=(-10, -1))

    reason = alert_of(site, client_context(authority, expired, version))

    assert "SSLV3_ALERT_CERTIFICATE_EXPIRED" == reason
    assert "client certificate: certificate has expired" in caplog.text


@VERSIONS
def test_a_client_of_another_authority_is_told_so(site, authority, tmp_path, version, caplog):
    rogue = Authority(tmp_path, "Rogue").issue("alice")

    reason = alert_of(site, client_context(authority, rogue, version))

    assert "TLSV1_ALERT_UNKNOWN_CA" == reason
    assert "client certificate: unable to get local issuer certificate" in caplog.text


def test_a_failed_handshake_harms_nobody_and_prints_no_traceback(site, authority, begin, caplog):
    for _ in range(30):
        alert_of(site, client_context(authority))

    assert begin(site).is_alive()
    assert [] == site.broken
    assert all(record.exc_info is None for record in caplog.records)
    assert len(caplog.records) <= 20


def test_a_client_that_hangs_up_in_the_handshake_is_forgotten(site):
    for beginning in (b"", b"\x16\x03\x01\x02\x00", b"\x16" * 100, b"\0" * 100):
        client = raw.dial(site.ports["mutual"])
        client.send(beginning)
        client.close()

    site.wait_for_members(0)


def test_a_connection_that_was_reset_can_still_be_closed(site):
    client = raw.dial(site.ports["mutual"])
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    site.wait_for_members(1)

    def reset_then_close():
        client.close()
        site.broker._exchange.close()

    site.call(reset_then_close)

    site.wait_for_members(0)


def test_a_client_may_close_its_half_properly(site, dial):
    client = dial(site)
    client.ask(raw.connect())

    client.sock.unwrap().close()

    site.wait_for_members(0)


def test_a_resumed_tls_session_has_the_same_identity(site, identities):
    context = identities["alice"]
    first = raw.dial(site.ports["mutual"], context)
    first.ask(raw.connect())
    ticket = first.sock.session
    first.close()

    second = raw.dial(site.ports["mutual"], context, session=ticket)
    second.ask(raw.connect())
    second.ask(raw.publish("/alice/x", b"", 1))
    was_resumed = second.sock.session_reused
    second.close()

    assert was_resumed
    assert ["alice"] == [taken[0] for taken in site.service.taken]
