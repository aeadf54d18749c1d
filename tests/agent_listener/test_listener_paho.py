"""The listener and paho, a client that others wrote."""

import threading

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

TIMEOUT_S = 10


class Paho:
    """A paho client on its own thread that remembers what happened."""

    def __init__(self, site, context, protocol, **options):
        self.events = []
        self.changed = threading.Condition()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=protocol, **options)
        self.client.tls_set_context(context)
        self.client.on_connect = lambda *found: self._note("connected", found[3])
        self.client.on_subscribe = lambda *found: self._note("granted", found[3])
        self.client.on_publish = lambda *found: self._note("acknowledged", found[2])
        self.client.on_disconnect = lambda *found: self._note("disconnected", found[3])
        self.client.on_message = lambda *found: self._note(
            "message", (found[2].topic, found[2].payload, found[2].qos)
        )
        self.client.connect("localhost", site.ports["mutual"])
        self.client.loop_start()

    def _note(self, kind, value):
        with self.changed:
            self.events.append((kind, value))
            self.changed.notify_all()

    def of(self, kind):
        return [value for found, value in self.events if found == kind]

    def wait_for(self, kind, count=1):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.of(kind)) >= count, TIMEOUT_S), (
                self.events
            )
        return self.of(kind)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def paho(site, identities):
    opened = []

    def client(protocol=mqtt.MQTTv311, **options):
        opened.append(Paho(site, identities["alice"], protocol, **options))
        opened[-1].wait_for("connected")
        return opened[-1]

    yield client
    for one in opened:
        one.close()


@pytest.mark.parametrize("protocol", [mqtt.MQTTv31, mqtt.MQTTv311, mqtt.MQTTv5])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_go_round(site, paho, protocol, qos):
    client = paho(protocol, client_id="paho")
    client.client.subscribe("/alice/answer", qos)
    client.wait_for("granted")
    site.service.reactions["/alice/ask"] = lambda payload: site.broker.publish(
        "mutual", "/alice/answer", payload, 2
    )

    for number in range(100):
        client.client.publish("/alice/ask", b"%d" % number, qos)

    expected = [("/alice/answer", b"%d" % number, qos) for number in range(100)]
    assert expected == client.wait_for("message", 100)
    client.wait_for("acknowledged", 100)


@pytest.mark.parametrize("protocol", [mqtt.MQTTv311, mqtt.MQTTv5])
def test_refusals_are_understood(paho, protocol):
    client = paho(protocol)

    client.client.subscribe([("/alice/#", 1), ("/bob/#", 1)])

    ((granted, refused),) = client.wait_for("granted")
    assert not granted.is_failure
    assert refused.is_failure


@pytest.mark.parametrize("qos", [1, 2])
def test_a_kept_session_is_taken_up_again(site, paho, qos):
    first = paho(client_id="kept", clean_session=False)
    first.client.subscribe("/alice/#", 2)
    first.wait_for("granted")
    first.close()
    for number in range(50):
        site.publish("/alice/x", b"%d" % number, qos)

    second = paho(client_id="kept", clean_session=False)

    payloads = [payload for _, payload, _ in second.wait_for("message", 50)]
    assert [b"%d" % number for number in range(50)] == payloads


def test_a_client_that_is_cut_off_notices(site, paho):
    client = paho(mqtt.MQTTv5)

    site.call(site.broker.disconnect, "alice")

    assert "Administrative action" == str(client.wait_for("disconnected")[0])
