"""What clients publish, on its way to the service."""

import random

import pytest
from agent_listener import raw

ACK_1 = raw.puback(1)
VERSIONS = pytest.mark.parametrize("version", [3, 4, 5])


def publish(version, *arguments, **options):
    return raw.publish(*arguments, properties=b"" if version == 5 else None, **options)


@VERSIONS
def test_each_quality_reaches_the_service(site, begin, version):
    client = begin(site, version=version)

    client.send(publish(version, "/alice/0", b"a"))
    acknowledged = client.ask(publish(version, "/alice/1", b"b", 1, 5))
    received = client.ask(publish(version, "/alice/2", b"c", 2, 6))
    completed = client.ask(raw.pubrel(6))

    assert [raw.puback(5), raw.pubrec(6), raw.pubcomp(6)] == [acknowledged, received, completed]
    assert [("/alice/0", b"a"), ("/alice/1", b"b"), ("/alice/2", b"c")] == [
        taken[2:] for taken in site.service.taken
    ]


def test_many_messages_at_once_are_all_acknowledged_in_order(site, begin):
    client = begin(site)
    ids = range(1, 3001)

    client.send(*(raw.publish("/alice/x", b"%d" % number, 1, number) for number in ids))

    assert [raw.puback(number) for number in ids] == [client.read() for _ in ids]
    assert [b"%d" % number for number in ids] == [taken[3] for taken in site.service.taken]


def test_any_number_of_topics_can_be_used(site, begin):
    client = begin(site)

    for number in range(1, 3001):
        client.send(raw.publish(f"/alice/{number}", b"", 1, number))
    answers = [client.read() for _ in range(3000)]

    assert raw.puback(3000) == answers[-1]
    assert [f"/alice/{n}" for n in range(1, 3001)] == [taken[2] for taken in site.service.taken]
    (member,) = site.broker._exchange.members
    assert len(member._conversation._allowed) <= 1024


def test_a_large_payload_arrives_whole(site, begin):
    payload = bytes(range(256)) * 1024

    assert ACK_1 == begin(site).ask(raw.publish("/alice/x", payload, 1))
    assert payload == site.service.taken[0][3]


def test_a_message_is_acknowledged_after_the_service_took_it(site, begin):
    client = begin(site)
    seen = []
    client.ask(raw.subscribe(("/alice/#", 1)))
    site.service.reactions["/alice/x"] = lambda _: seen.append("taken")

    assert ACK_1 == client.ask(raw.publish("/alice/x", b"", 1))
    assert ["taken"] == seen


def test_the_acknowledgement_comes_before_the_reply(site, begin):
    client = begin(site)
    client.ask(raw.subscribe(("/alice/#", 0)))
    site.service.reactions["/alice/x"] = lambda _: site.broker.publish(
        "mutual", "/alice/reply", b"done"
    )

    assert ACK_1 == client.ask(raw.publish("/alice/x", b"", 1))
    assert raw.publish("/alice/reply", b"done") == client.read()


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_message_that_the_service_declines_closes_without_acknowledgement(site, begin, qos):
    site.service.answers["/alice/bad"] = False
    client = begin(site)

    client.send(
        raw.publish("/alice/good", b"", 1, 1),
        raw.publish("/alice/bad", b"", qos, 2),
        raw.publish("/alice/late", b"", 1, 3),
    )

    assert [ACK_1] == client.read_to_end()
    assert ["/alice/good", "/alice/bad"] == [taken[2] for taken in site.service.taken]


@pytest.mark.parametrize("qos", [1, 2])
def test_a_message_that_the_service_ignores_is_never_acknowledged(site, begin, qos):
    site.service.answers["/alice/lost"] = None
    client = begin(site)

    client.send(raw.publish("/alice/lost", b"", qos, 2))

    assert client.is_alive()
    site.service.wait_for(1)


def test_a_repeated_message_of_qos_2_is_handled_once(site, begin):
    client = begin(site)

    first = client.ask(raw.publish("/alice/x", b"once", 2, 9))
    second = client.ask(raw.publish("/alice/x", b"once", 2, 9, head=8))
    client.ask(raw.pubrel(9))
    client.ask(raw.publish("/alice/x", b"twice", 2, 9))

    assert [raw.pubrec(9)] * 2 == [first, second]
    assert [b"once", b"twice"] == [taken[3] for taken in site.service.taken]


def test_a_message_of_qos_2_is_handled_once_over_two_connections(site, begin, dial):
    client = begin(site, clean=False)
    client.ask(raw.publish("/alice/x", b"once", 2, 9))
    client.close()
    site.wait_for_members(0)

    again = dial(site)
    again.ask(raw.connect(clean=False))

    assert raw.pubrec(9) == again.ask(raw.publish("/alice/x", b"once", 2, 9, head=8))
    assert 1 == len(site.service.taken)


@pytest.mark.parametrize(("version", "tail"), [(4, b""), (5, b"\x92")])
def test_releasing_what_is_not_known_is_answered(site, begin, version, tail):
    answer = begin(site, version=version).ask(raw.pubrel(77))

    assert raw.packet(0x70, b"\0\x4d" + tail) == answer


def test_a_retained_request_is_an_ordinary_one(site, begin):
    client = begin(site)

    client.ask(raw.publish("/alice/x", b"hi", 1, head=1))
    client.ask(raw.subscribe(("/alice/#", 1)))

    assert client.is_alive()
    assert 1 == len(site.service.taken)


def test_requests_go_to_nobody_but_the_service(site, begin):
    listening, asking = begin(site, client_id="a"), begin(site, client_id="b")
    listening.ask(raw.subscribe(("/alice/#", 2)))

    asking.ask(raw.publish("/alice/x", b"hi", 1))

    assert listening.is_alive()


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_forbidden_message_cuts_an_earlier_version_off(site, begin, version, qos):
    client = begin(site, version=version)

    client.send(raw.publish("/bob/x", b"", qos))

    assert [] == client.read_to_end()
    assert [] == site.service.taken


@pytest.mark.parametrize(("qos", "head"), [(1, 0x40), (2, 0x50)])
def test_a_forbidden_message_of_mqtt_5_is_refused_in_its_acknowledgement(site, begin, qos, head):
    client = begin(site, version=5)

    answer = client.ask(publish(5, "/bob/x", b"", qos))

    assert raw.packet(head, b"\0\1\x87") == answer
    assert client.is_alive()
    assert [] == site.service.taken


def test_a_forbidden_message_of_mqtt_5_without_acknowledgement_cuts_off(site, begin):
    client = begin(site, version=5)

    client.send(publish(5, "/bob/x"))

    assert [b"\xe0\x01\x87"] == client.read_to_end()


@pytest.mark.parametrize(
    "packet",
    [
        raw.publish("/alice/+"),
        raw.publish("/alice/#"),
        raw.publish("$SYS/alice"),
        raw.publish(""),
        raw.publish("/alice/\0"),
        raw.publish(b"/alice/\xff"),
        raw.publish("/alice/" + "x" * 1024),
        raw.publish("/alice" + "/x" * 40),
        raw.publish("/alice/x", b"x" * (256 * 1024 + 1)),
        raw.publish("/alice/x", qos=3),
        raw.publish("/alice/x", qos=1, packet_id=0),
        raw.publish("/alice/x", head=8),
        raw.packet(0x30, b"\0\x09/a"),
        raw.packet(0x20, b"\0\0"),
        raw.packet(0x90, b"\0\1\0"),
        raw.packet(0xD0),
        raw.packet(0xF0),
        raw.packet(0xC1),
        raw.packet(0xC0, b"x"),
        raw.packet(0x40, b"\0\0"),
        raw.packet(0x40, b"\0"),
        raw.packet(0x80, b"\0\1\0\1a\0"),
        b"\x30\xff\xff\xff\xff\x01",
        b"\x30\xff\xff\xff\x7f",
    ],
)
def test_a_malformed_packet_cuts_off_and_harms_nobody_else(site, begin, packet):
    other, client = begin(site, "bob"), begin(site)

    client.send(packet)

    assert [] == client.read_to_end()
    assert [] == site.service.taken
    assert other.is_alive()


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (raw.publish("/alice/+", properties=b""), 0x90),
        (raw.publish("/alice/x", b"x" * (256 * 1024 + 1), properties=b""), 0x95),
        (raw.publish("", properties=b"\x23\0\1"), 0x94),
        (raw.packet(0xF0), 0x82),
        (raw.packet(0xC1), 0x81),
        (raw.subscribe(("a", 1), properties=b"\x0b\x01"), 0xA1),
    ],
)
def test_a_client_of_mqtt_5_is_told_why_it_is_cut_off(site, begin, packet, reason):
    client = begin(site, version=5)

    client.send(packet)

    assert [bytes([0xE0, 1, reason])] == client.read_to_end()


def test_a_service_that_breaks_costs_its_connection_alone(site, begin):
    other, client = begin(site, "bob"), begin(site)
    site.service.reactions["/alice/bug"] = lambda _: 1 / 0

    client.send(raw.publish("/alice/x", b"", 1, 1), raw.publish("/alice/bug", b"", 1, 2))

    assert raw.puback(2) not in client.read_to_end()
    assert other.is_alive()
    site.wait_for_members(1)
    assert [ZeroDivisionError] == [type(context["exception"]) for context in site.broken]
    site.broken.clear()


def test_random_bytes_after_the_handshake_harm_nobody(site, dial, begin):
    drawn = random.Random(1)
    for _ in range(30):
        client = dial(site, drawn.choice(["alice", None]))
        if drawn.random() < 0.5:
            client.ask(raw.connect(drawn.choice([3, 4, 5])))
        client.send(drawn.randbytes(200))
        client.close()

    assert begin(site).is_alive()
