"""The client against the compatible agent, over mutual TLS."""

import ssl
import threading

import pytest

from collector.agent.running import running_agent
from collector.client.identity import IdentityDirectory
from collector.clock import Deadline
from collector.errors import (
    AgentError,
    AgentRefusesError,
    AgentUnreachableError,
    RefusalReason,
)
from collector.mqtt import tls
from collector.mqtt.transport import Acknowledged, Message
from collector.wire.requests import MetricChange, MetricDefinition, SensorChange, SensorState
from collector.wire.units import ValueType, ValueUnit

PATIENCE_S = 30


@pytest.mark.parametrize("key_kind", ["rsa-2048", "ec-p256"])
@pytest.mark.parametrize("protocol", ["3.1", "3.1.1"])
def test_an_enrolled_client_is_known(site, key_kind, protocol):
    identity = site.enrol(key_kind=key_kind, protocol=protocol)

    assert site.client(identity, protocol=protocol).ping() < 5
    assert IdentityDirectory(site.directory / "gateway-07").load() == identity


def test_every_operation_of_the_document(site, identity):
    client = site.client(identity)
    client.rename_client("a new name")
    sensor = client.create_sensor("Weather")
    ids = client.create_metrics(
        sensor,
        [
            MetricDefinition("t", "Temperature", value_unit=ValueUnit.CELSIUS),
            MetricDefinition("n", "Count", None, ValueType.INTEGER, "goods"),
        ],
    )
    client.push_values(sensor, {ids["t"]: 21.5, ids["n"]: 3}, 1_590_394_246_545)
    client.update_sensor(sensor, SensorChange("Weather outside", SensorState.OFFLINE))
    client.update_metrics(sensor, [MetricChange(ids["n"], "Amount", "pieces")])

    [listed] = client.list_sensors()
    count = client.describe_metric(sensor, ids["n"])
    client.delete_metrics(sensor, [ids["n"]])

    assert (listed.sensor_id, listed.name, listed.state) == (sensor, "Weather outside", 1)
    assert {metric.metric_id for metric in listed.metrics} == set(ids.values())
    assert (count.name, count.value, count.value_annotation) == ("Amount", 3, "pieces")
    assert count.last_updated_us == 1_590_394_246_545_000
    assert [metric.metric_id for metric in client.list_sensors()[0].metrics] == [ids["t"]]
    client.delete_sensor(sensor)
    assert client.list_sensors() == []


def test_a_push_creates_what_does_not_exist(site, identity):
    client = site.client(identity)

    client.push_values("weather", {"temp": 21.5, "wet": True, "sky": "grey"})

    assert client.describe_metric("weather", "temp").value == 21.5
    assert client.describe_metric("weather", "wet").value is True
    assert client.describe_metric("weather", "sky").value == "grey"


def test_what_the_agent_refuses_is_raised_with_its_code(site, identity):
    client = site.client(identity)
    client.create_sensor("Weather")

    refusals = []
    for call in (
        lambda: client.create_sensor("Weather"),
        lambda: client.delete_sensor("unknown"),
        lambda: client.describe_metric("unknown", "m"),
        lambda: client.rename_client(""),
    ):
        with pytest.raises(AgentError) as raised:
            call()
        refusals.append(raised.value.name)

    assert refusals[:3] == ["SensorNameExistsError", "UnknownSensorId", "UnknownSensorId"]


def test_the_failed_metrics_are_named(site, identity):
    client = site.client(identity)
    client.push_values("weather", {"temp": 1.0})

    with pytest.raises(AgentError) as raised:
        client.push_values("weather", {"temp": "hot", "other": 1.0})

    assert (raised.value.code, raised.value.metrics) == (27, ("temp",))


def test_live_data_is_seen_by_another_connection(site, identity):
    watcher, pusher = site.client(identity), site.client(identity)
    seen, patience, number = [], Deadline.after(site.clock, PATIENCE_S), 0
    watching = threading.Thread(
        target=lambda: watcher.watch("weather", lambda data: seen.append(data) or False),
        daemon=True,
    )
    watching.start()
    while not seen:  # nobody tells when the subscription has been granted
        number += 1
        pusher.push_values("weather", {"temp": float(number)}, 1000 + number)
        assert not patience.has_passed()
    watching.join()

    assert seen[0].values["temp"] == seen[0].timestamp_ms - 1000


def test_a_deleted_client_is_cut_off_and_told_why(site, identity):
    other = site.connected(identity)
    site.client(identity).delete_client()

    reasons = [event.reason for event in other.poll(5) if hasattr(event, "reason")]
    with pytest.raises(AgentRefusesError) as raised:
        site.connected(identity)

    assert len(reasons) == 1
    assert raised.value.reason in {
        RefusalReason.CLIENT_NOT_AUTHORIZED,
        RefusalReason.CLIENT_CERTIFICATE_REVOKED,
    }


def test_requests_beside_a_push_load_disturb_nobody(site, identity):
    """Each push has exactly one reply on its sensor, and each request its own right answer."""
    pusher, client = site.connected(identity), site.client(identity)
    topic = f"/v1.0/{identity.client_id}/sensor/load"
    pusher.subscribe([f"{topic}/info/inbox", f"{topic}/error/inbox"], site.soon)
    stop, is_known = threading.Event(), threading.Event()
    sent, replies, acknowledged = [0], [0], [0]

    def push():
        while not stop.is_set() or replies[0] < sent[0]:
            while not stop.is_set() and sent[0] - acknowledged[0] < 50:
                body = b'{"metrics":[{"value":%d,"metricId":"m"}],"timestamp":%d}'
                pusher.publish(f"{topic}/metric/pushValues", body % (sent[0], sent[0]))
                sent[0] += 1
            for event in pusher.poll(1):
                acknowledged[0] += isinstance(event, Acknowledged)
                replies[0] += isinstance(event, Message)
            if replies[0]:
                is_known.set()

    loading = threading.Thread(target=push, daemon=True)
    loading.start()
    try:
        assert is_known.wait(PATIENCE_S)
        for number in range(30):
            sensor = client.create_sensor(f"Sensor {number}")
            client.update_sensor(sensor, SensorChange(f"Renamed {number}"))
            names = {each.sensor_id: each.name for each in client.list_sensors()}
            assert names[sensor] == f"Renamed {number}"
            assert client.describe_metric("load", "m").metric_id == "m"
            with pytest.raises(AgentError):
                client.describe_metric("load", "nothing")
    finally:
        stop.set()
        loading.join(PATIENCE_S)  # or it would go on, and fail the test that follows

    assert sent[0] > 50
    assert replies[0] == sent[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_certificate_is_named(site, monkeypatch, version):
    build = tls.build_context

    def limited(settings):
        context = build(settings)
        context.maximum_version = version
        return context

    monkeypatch.setattr(tls, "build_context", limited)
    with pytest.raises(AgentRefusesError) as raised:
        site.connected()

    assert raised.value.reason is RefusalReason.CLIENT_CERTIFICATE_REQUIRED


def test_an_agent_of_another_authority_is_named(site, identity, tmp_path):
    with running_agent(tmp_path / "other") as other:
        with pytest.raises(AgentRefusesError) as server_refused:
            site.connected(identity, port=other.port)
        with pytest.raises(AgentRefusesError) as client_refused:
            site.connected(identity, port=other.port, ca_file=other.ca_file)

    assert server_refused.value.reason is RefusalReason.SERVER_CERTIFICATE_UNKNOWN_CA
    assert client_refused.value.reason is RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA


def test_an_agent_that_is_not_there_is_told(site, identity):
    with pytest.raises(AgentUnreachableError, match="nobody listens"):
        site.connected(identity, port=1)
