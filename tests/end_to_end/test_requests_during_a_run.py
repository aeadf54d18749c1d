"""Requests of people and programs while readings are pushed: neither disturbs the other."""

import json
import threading

import pytest
from running import Collector

from collector.cli.calling import call
from collector.client.agent_client import AgentClient
from collector.client.identity import IdentityDirectory
from collector.clock import Deadline, SystemClock
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.wire.requests import MetricChange, SensorChange, SensorState
from collector.wire.units import ValueUnit

LOAD = "".join(
    f'[[source]]\nplugin = "counter"\nsensor = "load{n}"\ninterval = "20ms"\n' for n in range(4)
)
ROUNDS = 8


@pytest.fixture
def loaded(place):
    """An agent and a collector that pushes two hundred readings a second."""
    agent = place.agent()
    place.configure(LOAD, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(50)
    return agent, collector


def _assert_undisturbed(agent, collector: Collector):
    status = collector.status()
    assert 0 == status["delivery"]["resent_readings"]
    assert 1 == status["delivery"]["connections"]
    assert 0 == collector.stop()
    for sensor, account in collector.ledger().items():
        values = list(agent.series(sensor))
        assert account["accepted"] == account["delivered"] == len(values)
        assert sorted(values) == values
    assert len(agent.journal()) == sum(a["delivered"] for a in collector.ledger().values())


def _ask(collector, request, **fields):
    body = json.dumps(fields.pop("body", {}))
    answer = next(call(collector.socket, {"request": request, "body": body, **fields}))
    assert answer["ok"], answer
    return answer["reply"]


def test_requests_through_the_daemon_disturb_no_push(loaded):
    agent, collector = loaded
    for n in range(ROUNDS):
        assert json.loads(_ask(collector, "ping", body={"request": n}))["answer"] == n
        made = json.loads(_ask(collector, "create sensor", body={"name": f"extra {n}"}))
        sensor = made["sensorId"]
        _ask(collector, "list sensors")
        _ask(collector, "update sensor", sensor=sensor, body={"name": f"other {n}", "state": 1})
        definition = {"matchingId": "1", "name": "m", "valueUnit": ValueUnit.CELSIUS.value}
        _ask(collector, "create metrics", sensor=sensor, body={"metrics": [definition]})
        _ask(collector, "delete sensor", sensor=sensor)
        described = _ask(collector, "describe metric", sensor="load0", metric="count")
        assert "count" in described
        _ask(collector, "update sensor", sensor="load1", body={"name": f"name {n}", "state": 1})
        change = {"metricId": "count", "name": f"name {n}"}
        _ask(collector, "update metrics", sensor="load2", body={"metrics": [change]})

    _assert_undisturbed(agent, collector)


def test_second_connection_of_the_same_client_disturbs_no_push(place, loaded):
    agent, collector = loaded
    identity = IdentityDirectory(place.state_dir / "identity").load()
    clock = SystemClock()
    settings = ConnectionSettings(
        host="127.0.0.1",
        port=agent.ports[1],
        ca_file=agent.directory / "ca.crt",
        certificate_file=identity.certificate_file,
        key_file=identity.key_file,
    )
    for _ in range(2):
        transport = PahoTransport(settings, clock)
        transport.connect(Deadline.after(clock, 10))
        client = AgentClient(transport, identity.client_id, clock)
        for n in range(ROUNDS):
            client.ping()
            sensor = client.create_sensor(f"beside {n}")
            assert {each.sensor_id for each in client.list_sensors()} > {sensor, "load0"}
            client.delete_sensor(sensor)
            client.update_sensor("load1", SensorChange(f"name {n}", SensorState.ONLINE))
            client.update_metrics("load2", [MetricChange("count", f"name {n}", "")])
            assert "count" == client.describe_metric("load3", "count").metric_id
        transport.close()

    _assert_undisturbed(agent, collector)


def test_many_askers_at_once_each_get_their_own_answer(loaded):
    agent, collector = loaded
    wrong = []

    def ask(asker):
        for n in range(ROUNDS):
            nonce = f"{asker}-{n}"
            answer = json.loads(_ask(collector, "ping", body={"request": nonce}))["answer"]
            if answer != nonce:
                wrong.append((nonce, answer))

    askers = [threading.Thread(target=ask, args=(asker,)) for asker in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert [] == wrong
    _assert_undisturbed(agent, collector)


def test_commands_use_the_connection_of_the_run(place, loaded):
    agent, collector = loaded

    for words in (("client", "ping"), ("sensor", "list"), ("client", "rename", "cellar")):
        code, output, complaint = place.ask(*words)
        assert (0, "") == (code, complaint), output

    _assert_undisturbed(agent, collector)


def test_deleting_the_client_ends_the_run_and_the_next_one_is_a_new_client(place, agent):
    collector = place.collector()
    before = collector.wait_until_confirmed()

    code, _, complaint = place.ask("client", "delete")
    assert (0, "") == (code, complaint)

    assert collector.wait() == 78
    assert "the client was deleted" in collector.complaints.splitlines()[-1]
    assert not (place.state_dir / "identity").exists()
    after = place.collector().wait_until_confirmed()
    assert before["delivery"]["client_id"] != after["delivery"]["client_id"]


def test_client_that_is_deleted_from_elsewhere_is_reported_and_keeps_its_readings(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(3)
    identity = IdentityDirectory(place.state_dir / "identity").load()
    clock = SystemClock()
    transport = PahoTransport(
        ConnectionSettings(
            host="127.0.0.1",
            port=agent.ports[1],
            ca_file=agent.directory / "ca.crt",
            certificate_file=identity.certificate_file,
            key_file=identity.key_file,
        ),
        clock,
    )
    transport.connect(Deadline.after(clock, 10))
    AgentClient(transport, identity.client_id, clock).delete_client()
    transport.close()

    status = collector.wait_for(
        lambda status: status["delivery"]["state"] == "deleted", "the state is deleted"
    )
    waiting = status["buffer"]["readings"]
    collector.wait_for(
        lambda status: status["buffer"]["readings"] > waiting + 3, "it still samples"
    )

    assert 0 == collector.stop()
    account = collector.ledger()["counter"]
    assert account["delivered"] <= len(agent.series("counter"))
