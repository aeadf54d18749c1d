"""The typed operations against a scripted agent without a network."""

import pytest

from collector.client.agent_client import AgentClient
from collector.clock import Deadline
from collector.errors import AgentError, AgentTimeoutError, AgentUnreachableError
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport
from collector.wire.payload import decode
from collector.wire.replies import LiveData
from collector.wire.requests import MetricChange, MetricDefinition, SensorChange, SensorState
from collector.wire.units import ValueUnit

ME = "00112233445566778899aabbccddeeff"
P = f"/v1.0/{ME}"
S = f"{P}/sensor/weather"


class Agent:
    """Answers from a table of request topic to (topic, payload); echoes pings."""

    def __init__(self):
        self.clock = FakeClock()
        self.answers = {}
        self.echoes = True
        self.transport = MemoryTransport(self.clock, answer=self.answer, idle=self.clock.advance)
        self.transport.connect(Deadline.after(self.clock, 1))
        self.client = AgentClient(self.transport, ME, self.clock)

    def answer(self, topic, payload):
        if topic == f"{P}/ping" and self.echoes:
            yield f"{P}/ping/info/inbox", b'{"answer":"%s"}' % decode(payload)["request"].encode()
        yield from self.answers.get(topic, ())

    @property
    def asked(self):
        return [(topic, decode(payload)) for topic, payload in self.transport.published]


@pytest.fixture
def agent():
    return Agent()


def test_a_ping_takes_the_time_until_its_own_echo(agent):
    agent.answers[f"{P}/ping"] = [(f"{P}/ping/info/inbox", b'{"answer":"of somebody else"}')]

    assert agent.client.ping() == 0.0


def test_two_pings_never_carry_the_same_value(agent):
    agent.client.ping()
    agent.client.ping()

    assert agent.asked[0] != agent.asked[1]


def test_a_client_is_renamed(agent):
    agent.answers[f"{P}/update"] = [(f"{P}/update/info/inbox", b"Client name was updated.")]

    agent.client.rename_client("new name")

    assert agent.asked == [(f"{P}/update", {"name": "new name"})]


def test_a_created_sensor_has_the_agents_id(agent):
    reply = b'{"name":"Weather","sensorId":"d4170d999b9240a5863df622aad9fc4a"}'
    agent.answers[f"{P}/sensor/create"] = [(f"{P}/sensor/inbox", reply)]

    assert agent.client.create_sensor("Weather") == "d4170d999b9240a5863df622aad9fc4a"


def test_sensors_are_listed(agent):
    reply = b'[{"metrics":[{"link":"x","metricId":"m"}],"name":"n","sensorId":"s","store":true}]'
    agent.answers[f"{P}/sensor/list"] = [(f"{P}/inventory/inbox", reply)]

    [sensor] = agent.client.list_sensors()

    assert (sensor.sensor_id, sensor.name, sensor.metrics[0].metric_id) == ("s", "n", "m")


def test_a_sensor_is_changed_and_deleted(agent):
    agent.answers[f"{S}/update"] = [(f"{S}/update/info/inbox", b'"Sensor was changed."')]
    agent.answers[f"{S}/delete"] = [(f"{S}/delete/info/inbox", b"Sensor was deleted.")]

    agent.client.update_sensor("weather", SensorChange("n", SensorState.OFFLINE))
    agent.client.delete_sensor("weather")

    assert agent.asked == [(f"{S}/update", {"name": "n", "state": 1}), (f"{S}/delete", {})]


def test_metrics_are_created_described_changed_and_deleted(agent):
    agent.answers = {
        f"{S}/metric/create": [(f"{S}/metric/inbox", b'[{"matchingId":"1","metricId":"ab"}]')],
        f"{S}/metric/ab/inventory": [
            (
                f"{S}/metric/ab/inventory/inbox",
                b'{"lastUpdated":"12","metricId":"ab","name":"T","value":1.5}',
            )
        ],
        f"{S}/metric/update": [(f"{S}/metric/update/info/inbox", b"ok")],
        f"{S}/metric/delete": [(f"{S}/metric/delete/info/inbox", b"ok")],
    }
    definition = MetricDefinition("1", "T", value_unit=ValueUnit.CELSIUS)

    assert agent.client.create_metrics("weather", [definition]) == {"1": "ab"}
    description = agent.client.describe_metric("weather", "ab")
    agent.client.update_metrics("weather", [MetricChange("ab", "new")])
    agent.client.delete_metrics("weather", ["ab"])

    assert (description.value, description.last_updated_us) == (1.5, 12)
    assert agent.asked[2:] == [
        (f"{S}/metric/update", {"metrics": [{"metricId": "ab", "name": "new"}]}),
        (f"{S}/metric/delete", {"metrics": [{"metricId": "ab"}]}),
    ]


def test_values_are_pushed(agent):
    agent.answers[f"{S}/metric/pushValues"] = [(f"{S}/info/inbox", b"Sensor was updated.")]

    agent.client.push_values("weather", {"temp": 21.5}, 1590394246545)

    assert agent.asked == [
        (
            f"{S}/metric/pushValues",
            {"metrics": [{"value": 21.5, "metricId": "temp"}], "timestamp": 1590394246545},
        )
    ]


def test_the_answer_topics_are_subscribed_to_once_and_before_the_request(agent):
    agent.answers[f"{P}/sensor/list"] = [(f"{P}/inventory/inbox", b"[]")]

    agent.client.list_sensors()
    agent.client.list_sensors()

    assert agent.transport.subscribed == [f"{P}/inventory/inbox", f"{P}/inventory/error/inbox"]


def test_a_refusal_carries_everything_that_the_agent_said(agent):
    refusal = b'{"errorMessage":"bad","errorcode":27,"metrics":["temp"]}'
    agent.answers[f"{S}/metric/pushValues"] = [(f"{S}/error/inbox", refusal)]

    with pytest.raises(AgentError) as raised:
        agent.client.push_values("weather", {"temp": 1.0})

    error = raised.value
    assert (error.code, error.name, error.message) == (27, "PushValuesFailed", "bad")
    assert (error.topic, error.metrics) == (f"{S}/metric/pushValues", ("temp",))


def test_an_answer_that_cannot_be_read_is_an_error_of_the_agents(agent):
    agent.answers[f"{P}/sensor/list"] = [(f"{P}/inventory/inbox", b"[" * 100)]

    with pytest.raises(AgentError, match="cannot be read"):
        agent.client.list_sensors()


def test_silence_ends_with_the_timeout(agent):
    started_s = agent.clock.monotonic_s()

    with pytest.raises(AgentTimeoutError):
        agent.client.list_sensors()

    assert agent.clock.monotonic_s() - started_s == 10.0


def test_a_late_answer_is_not_taken_for_the_next(agent):
    with pytest.raises(AgentTimeoutError):
        agent.client.list_sensors()
    agent.transport.deliver(f"{P}/inventory/inbox", b'[{"sensorId":"late","name":""}]')
    agent.answers[f"{P}/sensor/list"] = [(f"{P}/inventory/inbox", b"[]")]

    assert agent.client.list_sensors() == []


def test_a_line_cut_while_waiting_ends_the_wait(agent):
    def cut(topic, payload):
        agent.transport.drop("the cable was pulled")
        return ()

    agent.transport.answer = cut

    with pytest.raises(AgentUnreachableError, match="the cable was pulled"):
        agent.client.list_sensors()


def test_the_deletion_of_the_client_is_answered_by_the_cut(agent):
    def cut(topic, payload):
        agent.transport.drop("cut off")
        return ()

    agent.transport.answer = cut

    agent.client.delete_client()

    assert agent.transport.published == [(f"{P}/delete", b"{}")]


def test_a_deletion_without_a_cut_is_not_taken_for_done(agent):
    with pytest.raises(AgentTimeoutError):
        agent.client.delete_client()


@pytest.mark.parametrize("sensor", ["a/b", "a+", "#", "create", "x" * 33, "ä"])
def test_an_id_that_could_change_the_topic_is_never_sent(agent, sensor):
    with pytest.raises(ValueError, match="no sensor id"):
        agent.client.delete_sensor(sensor)
    with pytest.raises(ValueError, match="no metric id"):
        agent.client.describe_metric("weather", "a/b")

    assert agent.transport.published == []


def test_live_data_is_handed_over_until_it_is_enough(agent):
    seen = []
    live = f"{S}/livedata"

    def take(data):
        seen.append(data)
        return len(seen) < 2

    agent.transport.subscribed.append(live)
    for payload in (b'{"metrics":[{"metricId":"t","value":1}],"timestamp":5}', b"rubbish") * 2:
        agent.transport.deliver(live, payload)
    agent.transport.deliver(f"{P}/sensor/other/livedata", b"{}")

    agent.client.watch("weather", take)

    assert seen == [LiveData({"t": 1}, 5)] * 2


def test_a_watch_ends_with_the_connection(agent):
    def dropped(_):
        agent.transport.drop("gone")

    agent.transport._idle = dropped
    with pytest.raises(AgentUnreachableError, match="gone"):
        agent.client.watch("weather", lambda _: True)
