"""What keeps the listener alive."""

import asyncio
import errno
import socket
import ssl

import pytest
from agent_listener import raw
from agent_listener.site import Rules

from collector.agent.broker import Listener
from collector.agent.listener import Limits, MqttListener, ports
from collector.agent.listener.admission import Admission
from collector.agent.listener.complaints import Complaints
from collector.agent.listener.outbox import Message
from collector.agent.listener.sessions import SessionKey, Sessions


def is_refused(site, dial, name="alice"):
    try:
        return [] == dial(site, name).read_to_end()
    except (ConnectionError, ssl.SSLError):  # cut off in the middle of the handshake
        return True


def test_there_are_only_so_many_connections(sites, begin, dial):
    site = sites(Limits(connections=2, linger_s=0.1, connect_s=60))
    first, second = begin(site, client_id="1"), begin(site, client_id="2")

    assert is_refused(site, dial)

    first.close()
    site.wait_for_members(1)
    assert begin(site, client_id="3").is_alive()
    assert second.is_alive()


def test_there_are_only_so_many_connections_of_an_address(sites, begin, dial):
    site = sites(Limits(connections_per_address=1, connect_s=60))
    begin(site)

    assert is_refused(site, dial)
    assert is_refused(site, dial, None)


@pytest.mark.parametrize(
    "limits", [Limits(pending=1, connect_s=60), Limits(pending_per_address=1, connect_s=60)]
)
def test_there_are_only_so_many_connections_without_a_connect(sites, begin, dial, limits):
    site = sites(limits)
    begun = begin(site, client_id="1")
    silent = dial(site)

    assert is_refused(site, dial)

    silent.close()
    site.wait_for_members(1)
    assert begin(site, client_id="2").is_alive()
    assert begun.is_alive()


def test_sessions_that_ended_leave_no_room_for_connections_without_a_connect(sites, begin, dial):
    site = sites(Limits(pending=1, connect_s=60))
    for _ in range(3):
        begin(site).close()
    site.wait_for_members(0)
    dial(site)

    assert is_refused(site, dial)


def test_a_connection_without_a_connect_is_cut_off(sites, dial):
    client = dial(sites(Limits(connect_s=0.1)))

    client.send(raw.connect()[:-1])

    assert [] == client.read_to_end()


def test_a_connection_without_a_handshake_is_cut_off(sites, caplog):
    site = sites(Limits(handshake_s=0.1))

    with socket.create_connection(("127.0.0.1", site.ports["mutual"])) as slow:
        slow.sendall(b"\x16\x03\x01")
        slow.settimeout(raw.TIMEOUT_S)

        assert b"" == slow.recv(1)

    assert "not done within 0.1 s" in caplog.text


def test_hundreds_of_idle_sockets_leave_room_for_other_addresses(site, identities):
    idle = [
        socket.create_connection(("127.0.0.1", site.ports["mutual"]), raw.TIMEOUT_S)
        for _ in range(400)
    ]
    try:
        sock = socket.create_connection(
            ("127.0.0.1", site.ports["mutual"]), raw.TIMEOUT_S, source_address=("127.0.0.2", 0)
        )
        tls = identities["alice"].wrap_socket(sock, server_hostname="localhost")
        client = raw.RawClient(tls)

        assert raw.ACCEPTED == client.ask(raw.connect())

        client.close()
    finally:
        for one in idle:
            one.close()


def test_a_connect_may_not_be_long(site, dial):
    client = dial(site)

    client.send(raw.connect(will=("/alice/x", b"x" * 20_000)))

    assert [] == client.read_to_end()


def test_a_session_has_only_so_many_subscriptions(sites, begin):
    site = sites(Limits(subscriptions=3))
    client = begin(site)
    filters = [(f"/alice/{number}", 1) for number in range(5)]

    assert raw.packet(0x90, b"\0\7\1\1\1\x80\x80") == client.ask(raw.subscribe(*filters))
    assert raw.packet(0x90, b"\0\7\0") == client.ask(raw.subscribe(("/alice/1", 0)))
    client.ask(raw.unsubscribe("/alice/2"))
    assert raw.packet(0x90, b"\0\7\1") == client.ask(raw.subscribe(("/alice/4", 1)))


def test_ten_thousand_subscriptions_are_refused_and_the_client_stays(site, begin):
    client = begin(site)
    filters = [(f"/alice/{number}", 1) for number in range(10_000)]

    answer = client.ask(raw.subscribe(*filters))

    assert 200 == answer.count(b"\1")
    assert client.is_alive()


def test_messages_of_qos_2_must_be_released(sites, begin):
    site = sites(Limits(received_window=3))
    client = begin(site, version=5)

    client.send(*(raw.publish("/alice/x", b"", 2, n, properties=b"") for n in range(1, 6)))

    assert [raw.pubrec(1), raw.pubrec(2), raw.pubrec(3), b"\xe0\x01\x93"] == client.read_to_end()
    assert 3 == len(site.service.taken)


def kept_session(sessions, client, mqtt_id):
    session = sessions.create(SessionKey("mqtt", client, mqtt_id), is_kept=True, window=10)
    sessions.subscribe(session, "t", 1)
    sessions.leave(session)
    return session.key


def test_absent_sessions_of_a_client_are_bounded_and_cost_nobody_else_his():
    sessions = Sessions(Limits(sessions=5, sessions_per_client=2))
    other = kept_session(sessions, "bob", "1")

    keys = [kept_session(sessions, "alice", str(number)) for number in range(4)]

    assert [False, False, True, True] == [sessions.find(key) is not None for key in keys]
    assert sessions.find(other) is not None
    assert 3 == len(sessions.subscribers("mqtt", "t"))


def test_absent_sessions_of_all_are_bounded():
    sessions = Sessions(Limits(sessions=2))

    keys = [kept_session(sessions, f"client{number}", "1") for number in range(3)]

    assert [False, True, True] == [sessions.find(key) is not None for key in keys]


def test_a_session_whose_client_is_back_is_not_absent():
    sessions = Sessions(Limits(sessions=1))
    back = sessions.find(kept_session(sessions, "alice", "1"))

    sessions.resume(back)
    kept_session(sessions, "bob", "1")

    assert back is sessions.find(back.key)


def test_unconfirmed_messages_end_with_the_connection():
    sessions = Sessions(Limits())
    session = sessions.create(SessionKey("mqtt", "alice", "1"), is_kept=True, window=10)
    session.line = object()
    sessions.put(session, Message(b"t", b"", 0))

    sessions.leave(session)

    assert 0 == len(session.outbox)


def test_absent_sessions_are_bounded_in_bytes():
    sessions = Sessions(Limits(absent_bytes=100))
    session = sessions.find(kept_session(sessions, "alice", "1"))

    for _ in range(10):
        assert sessions.put(session, Message(b"t", b"x" * 29, 1))

    assert 90 == session.outbox.waiting_bytes


def test_there_are_fewer_connections_where_few_files_may_be_opened(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (66, 66))
    admission = Admission(Limits())

    assert ["", ""] == [admission.enter("192.0.2.1"), admission.enter("192.0.2.2")]
    assert "there are 2 connections already" == admission.enter("192.0.2.3")


class Exhausted:
    """A listening socket of a process that cannot open another file, the first time."""

    def __init__(self, listening):
        self.listening = listening
        self.is_exhausted = True

    def __getattr__(self, name):
        return getattr(self.listening, name)

    def accept(self):
        if self.is_exhausted:
            self.is_exhausted = False
            raise OSError(errno.EMFILE, "Too many open files")
        return self.listening.accept()


def test_accepting_goes_on_after_files_ran_out(contexts, monkeypatch, caplog):
    rules = Rules()
    monkeypatch.setattr("collector.agent.listener.acceptor._PAUSE_S", 0.01)
    bind = ports._bound
    monkeypatch.setattr(ports, "_bound", lambda *place: Exhausted(bind(*place)))

    async def accepted():
        broker = MqttListener()
        listener = Listener("mqtt", "127.0.0.1", 0, contexts["open"], rules)
        port = (await broker.start([listener], None))["mqtt"]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        await asyncio.wait_for(reader.read(), raw.TIMEOUT_S)
        writer.close()
        await broker.stop()

    asyncio.run(accepted())

    assert "failed the TLS handshake" in caplog.text
    assert "cannot accept connections for a second: Too many open files" in caplog.text


def test_small_packets_leave_at_once(site, begin):
    begin(site)

    (member,) = site.broker._exchange.members
    sock = member.channel._transport.get_extra_info("socket")

    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_counts_of_addresses_that_are_gone_are_forgotten():
    admission = Admission(Limits())
    for number in range(100):
        host = f"192.0.2.{number}"
        assert "" == admission.enter(host)
        admission.begin(host)
        admission.leave(host)

    assert not admission._open
    assert not admission._pending


def test_warnings_are_few_and_then_counted(caplog):
    now_s = 0.0
    complaints = Complaints(lambda: now_s)

    for number in range(100):
        complaints.say("stranger %d", number)
    now_s = 61.0
    complaints.say("stranger %d", 100)

    assert ["stranger 19", "80 more warnings were not shown", "stranger 100"] == [
        record.getMessage() for record in caplog.records[19:]
    ]


def test_plain_text_is_refused(site, caplog):
    client = raw.dial(site.ports["mutual"])

    client.send(raw.connect())
    answer = b"".join(client.read_to_end())
    client.close()

    assert b"\x20" != answer[:1]
    assert "failed the TLS handshake" in caplog.text
