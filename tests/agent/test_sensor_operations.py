import pytest
from agent_bench import CLIENT, PREFIX, Bench

from collector.agent.options import InventoryLimits


def test_created_sensor_has_a_fresh_id_and_the_name(bench: Bench) -> None:
    ((topic, answer),) = bench.ask("sensor/create", {"name": "SensorName"})

    assert topic == "sensor/inbox"
    assert answer["name"] == "SensorName"
    assert len(answer["sensorId"]) == 32
    assert set(answer["sensorId"]) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", 4),
        (b"7", 5),
        ({}, 6),
        ({"name": ""}, 6),
        ({"name": None}, 7),
        ({"name": "n" * 300}, 19),
        ({"name": "taken"}, 28),
    ],
)
def test_sensor_creation_refuses(bench: Bench, message: object, code: int) -> None:
    bench.create_sensor("taken")

    ((topic, error),) = bench.ask("sensor/create", message)

    assert topic == "sensor/error/inbox"
    assert error["errorcode"] == code
    assert len(bench.listed()) == 1


@pytest.mark.parametrize("topic", ["sensor/list", "inventory"])
def test_list_shows_sensors_with_links_to_their_metrics(bench: Bench, topic: str) -> None:
    sensor = bench.create_sensor("unispeed6")
    metric = bench.create_metric(sensor, valueUnit="NoSI.Dimensionless.PERCENT")

    assert bench.ask(topic) == [
        (
            "inventory/inbox",
            [
                {
                    "metrics": [
                        {
                            "link": f"{PREFIX}/sensor/{sensor}/metric/{metric}/inventory",
                            "metricId": metric,
                        }
                    ],
                    "name": "unispeed6",
                    "sensorId": sensor,
                    "store": True,
                }
            ],
        )
    ]


def test_list_needs_no_message_but_a_malformed_one_is_refused(bench: Bench) -> None:
    assert bench.ask("sensor/list", b"") == [("inventory/inbox", [])]
    assert bench.ask("sensor/list", b"nonsense")[0][0] == "inventory/error/inbox"
    assert bench.code("sensor/list", b"nonsense") == 4


def test_sensor_gets_a_name_and_a_state_that_the_list_shows_after_a_restart(bench: Bench) -> None:
    bench.push("weather", temp=21.5)

    answer = bench.ask("sensor/weather/update", {"name": "Weather station", "state": 2})

    assert answer == [("sensor/weather/update/info/inbox", "Sensor was changed.")]
    bench.restart()
    (sensor,) = bench.listed()
    assert (sensor["sensorId"], sensor["name"], sensor["state"]) == (
        "weather",
        "Weather station",
        2,
    )
    assert [metric["metricId"] for metric in sensor["metrics"]] == ["temp"]


def test_sensor_keeps_what_an_update_does_not_name(bench: Bench) -> None:
    sensor = bench.create_sensor("name")
    bench.ask(f"sensor/{sensor}/update", {"state": 1})
    bench.ask(f"sensor/{sensor}/update", {"name": "name"})

    assert (bench.listed()[0]["name"], bench.listed()[0]["state"]) == ("name", 1)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", 4),
        (b"[]", 5),
        ({}, 6),
        ({"name": ""}, 6),
        ({"name": 1}, 7),
        ({"state": "1"}, 11),
        ({"state": 1.5}, 11),
        ({"state": True}, 11),
        ({"state": 3}, 19),
        ({"state": 0}, 19),
        ({"name": "other"}, 28),
    ],
)
def test_sensor_update_refuses(bench: Bench, message: object, code: int) -> None:
    sensor = bench.create_sensor("mine")
    bench.create_sensor("other")

    ((topic, error),) = bench.ask(f"sensor/{sensor}/update", message)

    assert topic == f"sensor/{sensor}/update/error/inbox"
    assert error["errorcode"] == code


def test_deleted_sensor_is_gone_and_takes_nothing_for_ever(bench: Bench) -> None:
    bench.push("weather", temp=21.5)

    assert bench.ask("sensor/weather/delete") == [
        ("sensor/weather/delete/info/inbox", "Sensor was deleted.")
    ]

    for _ in range(2):
        assert bench.listed() == []
        topic, error = bench.push("weather", temp=1)
        assert (topic, error["errorcode"]) == ("sensor/weather/error/inbox", 15)
        bench.restart()


def test_deleted_sensor_is_created_again_by_a_push_where_that_was_chosen(tmp_path) -> None:
    bench = Bench(tmp_path, revive=True)
    bench.push("weather", temp=21.5)
    bench.ask("sensor/weather/delete")

    topic, _ = bench.push("weather", temp=1.0)

    assert topic == "sensor/weather/info/inbox"
    bench.restart()
    assert bench.describe("weather", "temp")["value"] == 1.0
    assert bench.context.clients[CLIENT].deleted == set()


@pytest.mark.parametrize(
    ("request_topic", "error_topic"),
    [
        ("update", "update/error/inbox"),
        ("delete", "delete/error/inbox"),
        ("metric/create", "metric/error/inbox"),
        ("metric/update", "metric/update/error/inbox"),
        ("metric/delete", "metric/error/inbox"),
        ("metric/m/inventory", "metric/m/inventory/error/inbox"),
    ],
)
def test_unknown_sensor_gets_error_15(bench: Bench, request_topic: str, error_topic: str) -> None:
    answers = bench.ask(f"sensor/nowhere/{request_topic}")

    assert answers[-1][0] == f"sensor/nowhere/{error_topic}"
    assert {error["errorcode"] for _, error in answers} == {15}


def test_client_cannot_have_more_sensors_than_the_limit(tmp_path) -> None:
    bench = Bench(tmp_path, limits=InventoryLimits(sensors=2))
    bench.create_sensor("one")
    bench.push("two", a=1)

    assert bench.code("sensor/create", {"name": "three"}) == 19
    assert bench.push("three", a=1)[1]["errorcode"] == 19
    assert bench.push("two", a=2)[0] == "sensor/two/info/inbox"


def test_deleted_ids_that_have_to_be_remembered_are_bounded_too(tmp_path) -> None:
    bench = Bench(tmp_path, limits=InventoryLimits(sensors=1))
    for _ in range(10):
        bench.ask(f"sensor/{bench.create_sensor()}/delete")

    assert bench.code("sensor/create", {"name": "one too many"}) == 19
