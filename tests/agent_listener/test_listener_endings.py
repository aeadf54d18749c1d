"""How connections end, and what is left of them."""

import asyncio
import gc
import socket
import threading

import pytest
from agent_listener import raw

from collector.agent.broker import Listener
from collector.agent.listener import Limits, MqttListener
from collector.agent.listener.reasons import Reason
from collector.errors import StateError

WILL = ("/alice/gone", b"gone")
GONE = [("alice", "mutual", "/alice/gone", b"gone")]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_a_lost_connection_leaves_its_will(site, begin, version):
    begin(site, version=version, will=WILL).close()

    assert GONE == site.service.wait_for(1)


@pytest.mark.parametrize("version", [3, 4, 5])
def test_a_goodbye_takes_the_will_along(site, begin, version):
    client = begin(site, version=version, will=WILL)

    client.send(raw.GOODBYE)

    assert [] == client.read_to_end()
    client.close()
    site.wait_for_members(0)
    assert [] == site.service.taken


def test_mqtt_5_can_leave_with_its_will(site, begin):
    begin(site, version=5, will=WILL).send(b"\xe0\x01\x04")

    assert GONE == site.service.wait_for(1)


def test_a_malformed_packet_leaves_the_will(site, begin):
    begin(site, will=WILL).send(raw.packet(0xF0))

    assert GONE == site.service.wait_for(1)


def test_a_taken_over_session_leaves_its_will(site, begin):
    begin(site, will=WILL)
    begin(site)

    assert GONE == site.service.wait_for(1)


def test_the_will_of_a_client_that_lost_its_rights_is_not_published(site, begin):
    client = begin(site, will=WILL)
    site.rules.may_publish = lambda client, topic: False

    client.close()
    site.wait_for_members(0)
    site.call(lambda: None)

    assert [] == site.service.taken


def test_a_will_is_not_published_after_stopping(site, begin):
    begin(site, will=WILL)

    def take_over_then_stop():
        (member,) = site.broker._exchange.members
        member.close(Reason.SESSION_TAKEN_OVER)
        site.broker._exchange.close()

    site.call(take_over_then_stop)
    site.call(lambda: None)

    assert [] == site.service.taken


@pytest.mark.parametrize(("version", "code"), [(3, 5), (4, 5), (5, 0x87)])
@pytest.mark.parametrize("topic", ["/bob/x", "/alice/#", "$SYS/x", ""])
def test_a_forbidden_will_is_refused_at_the_connect(site, dial, version, code, topic):
    answer = dial(site).ask(raw.connect(version, will=(topic, b"")))

    assert code == answer[3]


def test_what_comes_behind_a_goodbye_is_ignored(site, begin):
    client = begin(site)

    client.send(raw.GOODBYE, raw.publish("/alice/x", b"late", 1))

    assert [] == client.read_to_end()
    assert [] == site.service.taken


@pytest.mark.parametrize(("version", "farewell"), [(4, []), (5, [b"\xe0\x01\x98"])])
def test_a_client_can_be_cut_off(site, begin, version, farewell):
    client = begin(site, version=version, will=WILL, client_id="1")
    also, other = begin(site, client_id="2"), begin(site, "bob")

    site.call(site.broker.disconnect, "alice")

    assert farewell == client.read_to_end()
    assert [] == also.read_to_end()
    assert other.is_alive()
    assert [] == site.service.taken


def test_a_client_that_is_cut_off_loses_its_kept_sessions(site, begin, dial):
    client = begin(site, clean=False, client_id="1")
    client.ask(raw.subscribe(("/alice/x", 1)))
    client.close()
    begin(site, clean=False, client_id="2")

    site.call(site.broker.disconnect, "alice")

    assert raw.ACCEPTED == dial(site).ask(raw.connect(client_id="1", clean=False))
    assert raw.ACCEPTED == dial(site).ask(raw.connect(client_id="2", clean=False))


def test_a_client_can_be_cut_off_while_its_message_is_handled(site, begin):
    site.service.reactions["/alice/delete"] = lambda _: site.broker.disconnect("alice")
    client = begin(site)

    client.send(
        raw.publish("/alice/x", b"", 1, 1),
        raw.publish("/alice/delete", b"", 1, 2),
        raw.publish("/alice/y", b"", 1, 3),
    )

    assert [raw.puback(1)] == client.read_to_end()
    assert ["/alice/x", "/alice/delete"] == [taken[2] for taken in site.service.taken]


def test_silence_beyond_the_keepalive_is_cut_off(site, begin):
    client = begin(site, version=5, keepalive=1, will=WILL)

    assert [b"\xe0\x01\x8d"] == client.read_to_end()
    assert GONE == site.service.wait_for(1)


def test_pings_keep_a_connection(site, begin):
    client = begin(site, keepalive=1)

    for _ in range(4):
        threading.Event().wait(0.5)
        assert client.is_alive()


def test_a_client_without_keepalive_may_not_be_idle_for_ever(sites, begin):
    client = begin(sites(Limits(idle_s=0.2)), keepalive=0)

    assert [] == client.read_to_end()


@pytest.mark.parametrize(("version", "farewell"), [(4, []), (5, [b"\xe0\x01\x8b"])])
def test_stopping_closes_everything_at_once(site, begin, dial, version, farewell):
    client, silent = begin(site, version=version, will=WILL), dial(site)

    site.run(site.broker.stop())
    site.run(site.broker.stop())

    assert farewell == client.read_to_end()
    assert [] == silent.read_to_end()
    assert [] == site.service.taken
    with pytest.raises(ConnectionError):
        dial(site)


def test_after_stopping_nothing_happens_any_more(site, begin):
    begin(site).ask(raw.subscribe(("/alice/x", 1)))

    site.run(site.broker.stop())

    site.publish("/alice/x", b"late")
    site.call(site.broker.disconnect, "alice")


def test_stopping_does_not_wait_for_a_client_that_reads_nothing(site, begin):
    client = begin(site)
    client.ask(raw.subscribe(("/alice/x", 0)))
    site.call(
        lambda: [site.broker.publish("mutual", "/alice/x", b"x" * 65536, 0) for _ in range(60)]
    )

    members, started_s = site.broker._exchange.members, site.loop.time()
    site.run(site.broker.stop())

    assert site.loop.time() - started_s < 2
    assert not members


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_that_comes_while_stopping_is_closed_too(contexts, site, turns):
    listener = Listener("mqtt", "127.0.0.1", 0, contexts["open"], site.rules)

    async def connect_and_stop():
        broker = MqttListener()
        ports = await broker.start([listener], site.service)
        sock = socket.create_connection(("127.0.0.1", ports["mqtt"]), raw.TIMEOUT_S)
        for _ in range(turns):
            await asyncio.sleep(0)
        await broker.stop()
        return raw.RawClient(sock)

    client = asyncio.run(connect_and_stop())
    gc.collect()

    assert [] == client.read_to_end()
    client.close()


def test_a_stopped_listener_can_be_started_again(contexts, site):
    site.run(site.broker.stop())

    listener = Listener("mutual", "127.0.0.1", 0, contexts["mutual"], site.rules)
    ports = site.run(site.broker.start([listener], site.service))

    socket.create_connection(("127.0.0.1", ports["mutual"])).close()


def test_a_port_in_use_is_named_and_nothing_is_left_listening(contexts, site):
    free = socket.create_server(("127.0.0.1", 0))
    free_port = free.getsockname()[1]
    free.close()
    taken = site.ports["open"]
    listeners = [
        Listener("first", "127.0.0.1", free_port, contexts["open"], site.rules),
        Listener("second", "127.0.0.1", taken, contexts["open"], site.rules),
    ]

    with pytest.raises(StateError, match=f"second.*port {taken} on 127.0.0.1 is in use.*choose"):
        asyncio.run(MqttListener().start(listeners, site.service))

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free_port))


@pytest.mark.parametrize(
    ("host", "words"),
    [("no.such.host.invalid", "is unknown"), ("192.0.2.1", "no such address")],
)
def test_a_host_that_is_not_here_is_named(contexts, site, host, words):
    listener = Listener("mqtt", host, 0, contexts["open"], site.rules)

    with pytest.raises(StateError, match=words):
        asyncio.run(MqttListener().start([listener], site.service))


def test_a_name_with_several_addresses_has_one_port(contexts, site):
    listener = Listener("mqtt", "localhost", 0, contexts["open"], site.rules)

    async def started():
        broker = MqttListener()
        ports = await broker.start([listener], site.service)
        names = {one._listening.getsockname()[1] for one in broker._acceptors}
        await broker.stop()
        return ports, names

    ports, names = asyncio.run(started())

    assert {ports["mqtt"]} == names
