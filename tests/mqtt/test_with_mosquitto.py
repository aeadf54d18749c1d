"""The transport against a broker that others wrote."""

import shutil
import socket
import subprocess

import pytest

from collector.errors import AgentUnreachableError
from collector.mqtt.transport import Acknowledged, Message

SEARCHED = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"

pytestmark = [
    pytest.mark.needs_mosquitto,
    pytest.mark.skipif(
        shutil.which("mosquitto", path=SEARCHED) is None,
        reason="mosquitto is not installed",
    ),
]


@pytest.fixture(scope="module")
def broker_port(tmp_path_factory, authority, server_pair):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    configuration = tmp_path_factory.mktemp("mosquitto") / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\ncafile {authority.ca_file}\nrequire_certificate true\n"
        f"certfile {server_pair.certificate_file}\nkeyfile {server_pair.key_file}\n"
        "use_identity_as_username true\nuser root\nmax_queued_messages 0\n"
    )
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/sbin:/bin")
    broker = subprocess.Popen(
        [program, "-c", str(configuration)], stderr=subprocess.PIPE, text=True
    )
    try:
        for line in broker.stderr:
            if "running" in line:
                break
        yield port
    finally:
        broker.terminate()
        broker.communicate()


@pytest.mark.parametrize("protocol", ["3.1", "3.1.1"])
def test_messages_go_round(dial, broker_port, client_pair, soon, protocol):
    transport = dial(broker_port, client_pair, protocol=protocol)
    transport.subscribe(["a/+"], soon)

    sent = {transport.publish("a/b", b"%d" % number) for number in range(200)}
    events = []
    while len(events) < 400 and not soon.has_passed():
        events += transport.poll(1)

    assert {event.packet_id for event in events if isinstance(event, Acknowledged)} == sent
    assert [event.payload for event in events if isinstance(event, Message)] == [
        b"%d" % number for number in range(200)
    ]


def test_a_missing_certificate_is_named(dial, broker_port):
    with pytest.raises(AgentUnreachableError, match="asks for a client certificate"):
        dial(broker_port)


def test_two_connections_under_one_certificate_do_not_cut_each_other_off(
    dial, broker_port, client_pair, soon
):
    first, second = dial(broker_port, client_pair), dial(broker_port, client_pair)
    first.subscribe(["x"], soon)
    second.publish("x", b"hello")
    second.poll(5)

    assert first.poll(5) == [Message("x", b"hello")]
