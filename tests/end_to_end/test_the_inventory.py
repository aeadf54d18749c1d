"""What the agent knows of sensors and metrics: names, units, types, and who is online."""

import json

from running import wait_until

INTEGER = '[[source]]\nplugin = "counter"\nsensor = "pieces"\ninterval = "100ms"\ninteger = true\n'
OFFLINE, ONLINE = 1, 2


def _describe(place, sensor, metric="count"):
    code, output, _ = place.ask("metric", "describe", sensor, metric, "--json")
    return json.loads(output) if code == 0 else {}


def _sensors(place):
    return json.loads(place.ask("sensor", "list", "--json")[1])


def test_metrics_that_a_push_created_get_their_names_and_units(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()

    described = wait_until(
        lambda: (d := _describe(place, "counter")).get("name") == "Number of count" and d,
        "the metric is named",
    )

    assert "°C" in json.dumps(described, ensure_ascii=False)
    assert "double" == described["value_type"]


def test_integers_are_created_with_type_and_name_and_keep_our_ids(place):
    agent = place.agent()
    place.configure(INTEGER, agent=agent, inventory="create")
    collector = place.collector()
    collector.wait_until_confirmed(3)

    described = _describe(place, "pieces")
    listed = _sensors(place)

    assert "Number of count" == described["name"]
    assert "integer" == described["value_type"]
    assert "pieces" in json.dumps(listed)
    assert collector.stop() == 0
    rows = agent.journal()
    assert all(isinstance(row["value"], int) for row in rows)
    assert "pieces" not in {row["sensor"] for row in rows}

    again = place.collector()
    again.wait_until_confirmed(3)
    assert again.stop() == 0
    assert {row["sensor"] for row in rows} == {row["sensor"] for row in agent.journal()}


def test_sensor_is_offline_after_three_failed_intervals_and_online_on_return(place):
    trouble = place.path / "trouble"
    agent = place.agent()
    place.configure(
        '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "200ms"\n'
        f'trouble = "{trouble}"\n',
        agent=agent,
    )
    collector = place.collector()
    collector.wait_until_confirmed(2)

    trouble.write_text("unavailable")
    wait_until(lambda: _sensors(place)[0]["state"] == OFFLINE, "the sensor is offline")
    status = collector.status()
    trouble.unlink()
    wait_until(lambda: _sensors(place)[0]["state"] == ONLINE, "the sensor is online")

    (source,) = status["sources"]
    assert ("failing", "the device does not answer") == (source["state"], source["message"])
    log = collector.complaints
    assert 1 == log.count("the device does not answer")
    assert "works again" in log


def test_source_that_raises_costs_no_other_source(place):
    trouble = place.path / "trouble"
    trouble.write_text("raise")
    agent = place.agent()
    place.configure(
        '[[source]]\nplugin = "counter"\nsensor = "well"\ninterval = "50ms"\n',
        '[[source]]\nplugin = "counter"\nsensor = "ill"\ninterval = "50ms"\n'
        f'trouble = "{trouble}"\n',
        '[[source]]\nplugin = "broken-package"\nsensor = "broken"\ninterval = "1s"\n',
        agent=agent,
    )
    collector = place.collector()
    status = collector.wait_for(
        lambda status: (
            status["delivery"]["confirmed_readings"] > 20
            and "failing" in [source["state"] for source in status["sources"]]
        ),
        "one is confirmed, one fails",
    )

    states = {source["sensor"]: source["state"] for source in status["sources"]}
    assert {"well": "ok", "ill": "failing", "broken": "broken"} == states
    assert collector.stop() == 0
    assert list(agent.series("well")) == list(range(1, len(agent.series("well")) + 1))
    assert 1 == collector.complaints.count("a fault of the plugin")


def test_two_sources_of_one_sensor_leave_as_one_push_with_one_timestamp(place):
    agent = place.agent()
    shared = '[[source]]\nplugin = "counter"\nsensor = "both"\ninterval = "100ms"\n'
    shared += 'isolation = "thread"\n'  # so that both are there at the first tick
    place.configure(
        shared + 'name = "a"\nmetrics = ["left"]\ntimestamp = "tick"\n',
        shared + 'name = "b"\nmetrics = ["right"]\ntimestamp = "tick"\n',
        agent=agent,
    )
    collector = place.collector()
    collector.wait_until_confirmed(20)
    assert collector.stop() == 0

    rows = agent.journal()
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    assert len(pairs) >= 20
    assert all({one["metric"], two["metric"]} == {"left", "right"} for one, two in pairs)
    assert all(one["timestamp_ms"] == two["timestamp_ms"] for one, two in pairs)
    off_grid_ms = [(one["timestamp_ms"] + 50) % 100 - 50 for one, _ in pairs]
    assert all(abs(off_ms) <= 10 for off_ms in off_grid_ms)
    accounts = collector.ledger()
    assert accounts["a"]["delivered"] == accounts["b"]["delivered"] == len(pairs)
