"""How sessions begin, and whose they are."""

import pytest
from agent_listener import raw

from collector.agent.listener import Limits


@pytest.mark.parametrize("version", [3, 4])
def test_a_client_of_an_earlier_version_is_let_in(site, dial, version):
    assert raw.ACCEPTED == dial(site).ask(raw.connect(version))


def test_a_client_of_mqtt_5_is_told_what_it_gets(site, dial):
    answer = dial(site).ask(raw.connect(5, "", keepalive=0, properties=b"\x11\x00\x00\x00\x3c"))

    properties = answer[5:]
    assert (0, 0) == (answer[2], answer[3])
    assert b"\x21\x03\xe8" in properties
    assert b"\x11\x00\x00\x00\x00" in properties
    assert b"\x13\x01\x90" in properties
    assert b"\x12\x00\x20" in properties
    assert b"\x29\x00\x2a\x00" in properties


def test_identity_comes_from_the_policy_which_sees_the_certificate(site, begin):
    client = begin(site, "alice", client_id="bob")

    client.ask(raw.publish("/alice/x", b"hi", 1))

    assert [("alice", "mutual", "/alice/x", b"hi")] == site.service.taken
    assert client.address == site.rules.peers[0].address
    assert site.rules.peers[0].certificate_der


def test_a_listener_without_certificates_serves_anybody(site, begin):
    client = begin(site, None)

    client.ask(raw.publish("/anonymous/x", b"hi", 1))

    assert [("anonymous", "open", "/anonymous/x", b"hi")] == site.service.taken
    assert site.rules.peers[0].certificate_der is None


@pytest.mark.parametrize(("version", "code"), [(3, 5), (4, 5), (5, 0x87)])
def test_a_client_that_the_policy_does_not_know_is_told_so(site, dial, version, code):
    site.rules.refused.add("alice")

    client = dial(site)
    answer = client.ask(raw.connect(version))

    assert (0x20, code) == (answer[0], answer[3])
    assert b"" == client.read()


@pytest.mark.parametrize("packet", [raw.connect(6, name="MQTT"), raw.connect(0x83, name="MQTT")])
def test_another_version_is_answered_and_cut_off(site, dial, packet):
    assert [raw.packet(0x20, b"\0\1")] == _all_answers(dial(site), packet)


@pytest.mark.parametrize(
    "packet",
    [
        raw.PING,
        raw.publish("/alice/x"),
        raw.connect(name="NOPE"),
        raw.packet(0x11, raw.connect()[2:]),
        raw.packet(0xF0),
        raw.packet(0x00),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_anything_before_a_connect_cuts_off_at_once(sites, dial, packet):
    site = sites(Limits(connect_s=60))
    assert [] == _all_answers(dial(site), packet)
    assert [] == site.service.taken


def test_a_second_connect_cuts_off(site, begin):
    assert [] == _all_answers(begin(site), raw.connect())


@pytest.mark.parametrize(
    ("version", "clean", "is_let_in"),
    [(3, True, False), (4, True, True), (4, False, False), (5, True, True), (5, False, True)],
)
def test_an_empty_client_identifier(site, dial, version, clean, is_let_in):
    answer = dial(site).ask(raw.connect(version, "", clean=clean))

    assert is_let_in == (answer[3] == 0)
    assert version == 5 or answer[3] in (0, 2)


def test_a_client_identifier_that_is_too_long_is_refused(site, dial):
    assert raw.packet(0x20, b"\0\2") == dial(site).ask(raw.connect(4, "x" * 257))


def test_clients_without_identifier_do_not_meet(site, begin):
    first, second = begin(site, client_id=""), begin(site, client_id="")

    assert first.is_alive()
    assert second.is_alive()


@pytest.mark.parametrize(("version", "farewell"), [(4, []), (5, [b"\xe0\x01\x8e"])])
def test_the_same_client_with_the_same_identifier_takes_over(site, begin, version, farewell):
    first = begin(site, version=version)

    second = begin(site, version=version)

    assert farewell == first.read_to_end()
    assert second.is_alive()


def test_nobody_takes_over_with_the_identifier_of_another_client(site, begin):
    alice = begin(site, "alice", client_id="same")

    bob, stranger = begin(site, "bob", client_id="same"), begin(site, None, client_id="same")

    assert alice.is_alive()
    assert bob.is_alive()
    assert stranger.is_alive()


def test_a_kept_session_is_found_again(site, begin, dial):
    client = begin(site, clean=False)
    client.ask(raw.subscribe(("/alice/#", 1)))
    client.send(raw.GOODBYE)
    client.read_to_end()
    site.publish("/alice/x", b"missed")

    again = dial(site)

    assert raw.RESUMED == again.ask(raw.connect(clean=False))
    assert raw.publish("/alice/x", b"missed", 1, 1) == again.read()


def test_a_clean_connect_forgets_a_kept_session(site, begin, dial):
    client = begin(site, clean=False)
    client.ask(raw.subscribe(("/alice/#", 1)))
    client.send(raw.GOODBYE)
    client.read_to_end()

    assert raw.ACCEPTED == dial(site).ask(raw.connect(clean=True))
    site.publish("/alice/x", b"not wanted")
    assert raw.ACCEPTED == dial(site).ask(raw.connect(clean=False))


def test_a_taken_over_session_goes_on_without_loss(site, begin, dial):
    first = begin(site, clean=False)
    first.ask(raw.subscribe(("/alice/#", 1)))
    site.publish("/alice/x", b"unacknowledged")
    assert raw.publish("/alice/x", b"unacknowledged", 1, 1) == first.read()

    second = dial(site)

    assert raw.RESUMED == second.ask(raw.connect(clean=False))
    assert raw.publish("/alice/x", b"unacknowledged", 1, 1, head=8) == second.read()
    assert [] == first.read_to_end()


def test_a_clean_session_is_not_found_again(site, begin, dial):
    client = begin(site, clean=True)
    client.ask(raw.subscribe(("/alice/#", 1)))
    client.send(raw.GOODBYE)
    client.read_to_end()

    assert raw.ACCEPTED == dial(site).ask(raw.connect(clean=False))


def _all_answers(client, packet):
    client.send(packet)
    return client.read_to_end()
