"""What the service publishes, on its way to the subscribers."""

import contextlib

import pytest
from agent_listener import raw

from collector.agent.listener import Limits


def subscribed(begin, site, *filters, **options):
    client = begin(site, **options)
    properties = b"" if options.get("version") == 5 else None
    client.ask(raw.subscribe(*filters, properties=properties))
    return client


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("granted", [0, 1, 2])
@pytest.mark.parametrize("published", [0, 1, 2])
def test_a_message_comes_at_the_lower_quality(site, begin, version, granted, published):
    client = subscribed(begin, site, ("/alice/x", granted), version=version)

    site.publish("/alice/x", b"hi", published)

    qos = min(granted, published)
    properties = b"" if version == 5 else None
    assert raw.publish("/alice/x", b"hi", qos, 1, properties=properties) == client.read()


def test_a_message_of_qos_2_is_released_and_completed(site, begin):
    client = subscribed(begin, site, ("/alice/x", 2))

    site.publish("/alice/x", b"hi", 2)

    assert raw.publish("/alice/x", b"hi", 2, 1) == client.read()
    assert raw.pubrel(1) == client.ask(raw.pubrec(1))
    client.send(raw.pubcomp(1))
    assert client.is_alive()


def test_overlapping_subscriptions_deliver_once_at_the_highest_quality(site, begin):
    client = subscribed(begin, site, ("/alice/#", 0), ("/alice/x", 2), ("/alice/+", 1))

    site.publish("/alice/x", b"hi", 1)

    assert raw.publish("/alice/x", b"hi", 1, 1) == client.read()
    assert client.is_alive()


def test_subscribing_again_changes_the_quality(site, begin):
    client = subscribed(begin, site, ("/alice/x", 1))
    client.ask(raw.subscribe(("/alice/x", 0)))

    site.publish("/alice/x", b"hi")

    assert raw.publish("/alice/x", b"hi") == client.read()


def test_a_message_goes_to_every_session_that_wants_it_and_no_other(site, begin):
    first = subscribed(begin, site, ("/alice/a/+", 0), client_id="1")
    second = subscribed(begin, site, ("/alice/#", 0), client_id="2")
    third = subscribed(begin, site, ("/alice/b", 0), client_id="3")

    site.publish("/alice/a/x", b"hi")

    assert raw.publish("/alice/a/x", b"hi") == first.read()
    assert raw.publish("/alice/a/x", b"hi") == second.read()
    assert third.is_alive()


def test_listeners_are_apart(site, begin):
    client = subscribed(begin, site, ("/alice/#", 0))

    site.publish("/alice/x", b"hi", listener="open")

    assert client.is_alive()


def test_publishing_to_an_unknown_listener_does_nothing(site):
    site.publish("/alice/x", b"hi", listener="nowhere")


def test_who_unsubscribes_gets_nothing_more(site, begin):
    client = subscribed(begin, site, ("/alice/x", 1))

    assert raw.packet(0xB0, b"\0\x08") == client.ask(raw.unsubscribe("/alice/x", "/never"))
    site.publish("/alice/x")

    assert client.is_alive()


def test_mqtt_5_is_told_of_each_filter_whether_it_was_there(site, begin):
    client = subscribed(begin, site, ("/alice/x", 1), version=5)

    answer = client.ask(raw.unsubscribe("/alice/x", "/never", properties=b""))

    assert raw.packet(0xB0, b"\0\x08\0\0\x11") == answer


FILTERS = [
    ("/alice/#", 1, 1),
    ("/bob/x", 1, 0x87),
    ("#", 1, 0x87),
    ("+/x", 1, 0x87),
    ("$SYS/#", 0, 0x8F),
    ("/alice/a#", 0, 0x8F),
    ("/alice/#/b", 0, 0x8F),
    ("", 0, 0x8F),
    ("/alice/" + "x" * 1024, 0, 0x8F),
    ("/alice" + "/x" * 40, 0, 0x8F),
    ("$share/g/alice", 0, 0x9E),
]


@pytest.mark.parametrize("version", [3, 4])
def test_a_refused_subscription_is_marked_so_alone(site, begin, version):
    client = begin(site, version=version)

    answer = client.ask(raw.subscribe(*((name, qos) for name, qos, _ in FILTERS)))

    codes = bytes(min(code, 0x80) for *_, code in FILTERS)
    assert raw.packet(0x90, b"\0\x07" + codes) == answer


def test_mqtt_5_is_told_why_a_subscription_is_refused(site, begin):
    client = begin(site, version=5)

    answer = client.ask(raw.subscribe(*((n, q) for n, q, _ in FILTERS), properties=b""))

    assert raw.packet(0x90, b"\0\x07\0" + bytes(code for *_, code in FILTERS)) == answer


def test_a_refused_subscription_delivers_nothing(site, begin):
    client = subscribed(begin, site, ("/bob/x", 1), ("#", 1))

    site.publish("/bob/x", b"secret")

    assert client.is_alive()


def test_the_window_of_the_listener_is_kept(sites, begin):
    site = sites(Limits(window=3))
    client = subscribed(begin, site, ("/alice/x", 1))
    for number in range(5):
        site.publish("/alice/x", b"%d" % number)

    first = [client.read() for _ in range(3)]
    assert client.is_alive()
    fourth = client.ask(raw.puback(2))

    assert [raw.publish("/alice/x", b"%d" % n, 1, n + 1) for n in range(4)] == [*first, fourth]


def test_the_receive_maximum_of_mqtt_5_is_kept(site, begin):
    client = begin(site, version=5, properties=b"\x21\x00\x01")
    client.ask(raw.subscribe(("/alice/x", 1), properties=b""))
    site.publish("/alice/x", b"a")
    site.publish("/alice/x", b"b")

    assert raw.publish("/alice/x", b"a", 1, 1, properties=b"") == client.read()
    assert client.is_alive()
    assert raw.publish("/alice/x", b"b", 1, 2, properties=b"") == client.ask(raw.puback(1))


def test_the_maximum_packet_size_of_mqtt_5_is_kept(site, begin):
    client = begin(site, version=5, properties=b"\x27\x00\x00\x00\x64")
    client.ask(raw.subscribe(("/alice/x", 1), properties=b""))

    site.publish("/alice/x", b"x" * 200)
    site.publish("/alice/x", b"short")

    assert raw.publish("/alice/x", b"short", 1, 1, properties=b"") == client.read()


def test_a_refusal_by_the_receiver_frees_the_window(sites, begin):
    site = sites(Limits(window=1))
    client = begin(site, version=5)
    client.ask(raw.subscribe(("/alice/x", 2), properties=b""))
    site.publish("/alice/x", b"a", 2)
    site.publish("/alice/x", b"b", 2)
    client.read()

    answer = client.ask(raw.packet(0x50, b"\0\1\x80"))

    assert raw.publish("/alice/x", b"b", 2, 2, properties=b"") == answer


def test_acknowledging_what_was_never_sent_does_no_harm(site, begin):
    client = begin(site)

    assert raw.pubrel(6) == client.ask(raw.puback(5), raw.pubcomp(5), raw.pubrec(6))


def test_only_the_newest_messages_are_kept_for_the_absent(sites, begin, dial):
    site = sites(Limits(absent_messages=3))
    client = subscribed(begin, site, ("/alice/#", 1), clean=False)
    client.send(raw.GOODBYE)
    client.read_to_end()
    for number in range(10):
        site.publish("/alice/x", b"%d" % number)
        site.publish("/alice/x", b"unconfirmed", 0)

    again = dial(site)
    again.ask(raw.connect(clean=False))

    assert [raw.publish("/alice/x", b"%d" % n, 1, n - 6) for n in (7, 8, 9)] == [
        again.read() for _ in range(3)
    ]
    assert again.is_alive()


def flood(site, qos, count=400):
    """Publish more at once than fits into the buffers of both machines' ends."""

    def flooding():
        for _ in range(count):
            site.broker.publish("mutual", "/alice/x", b"x" * 65536, qos)

    site.call(flooding)


def test_a_client_that_stops_reading_what_it_was_promised_is_cut_off(sites, begin, caplog):
    site = sites(Limits(queue_messages=50, linger_s=0.2))
    slow = subscribed(begin, site, ("/alice/x", 1))
    other = subscribed(begin, site, ("/bob/x", 0), name="bob")

    flood(site, 1)

    site.wait_for_members(1)
    assert "alice takes its messages too slowly and was cut off" in caplog.text
    assert other.is_alive()
    slow.close()


def test_a_client_that_stops_reading_misses_what_it_was_not_promised(sites, begin, caplog):
    site = sites(Limits(queue_messages=50))
    slow = subscribed(begin, site, ("/alice/x", 0))
    message = raw.publish("/alice/x", b"x" * 65536)

    flood(site, 0)
    slow.send(raw.PING)
    found = [slow.read()]
    while found[-1] != raw.PONG:
        found.append(slow.read())

    assert "alice takes its messages too slowly and misses some" in caplog.text
    assert 50 <= found.count(message) < 400
    assert slow.is_alive()


def test_a_client_that_reads_gets_everything_of_a_flood(site, begin):
    client = subscribed(begin, site, ("/alice/x", 0))
    message = raw.publish("/alice/x", b"x" * 65536)

    flood(site, 0, 60)

    assert [message] * 60 == [client.read() for _ in range(60)]


def test_a_client_that_writes_without_reading_is_read_no_further(sites, begin):
    site = sites(Limits(idle_s=1.5, linger_s=0.2))
    client = begin(site, keepalive=0)
    client.sock.settimeout(0.5)
    pings = raw.PING * 30_000

    with contextlib.suppress(OSError):
        for _ in range(2000):
            client.send(pings)
        pytest.fail("60 million pings were read, and their answers held in memory")

    site.wait_for_members(0)
