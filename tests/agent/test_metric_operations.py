from typing import Any

import pytest
from agent_bench import Bench

from collector.agent.options import InventoryLimits

PERCENT = "NoSI.Dimensionless.PERCENT"


def _definition(matching: str = "1", **fields: Any) -> dict[str, Any]:
    return {"matchingId": matching, "name": "m", **fields}


def test_metrics_are_created_by_unit_or_by_type_and_annotation(bench: Bench) -> None:
    sensor = bench.create_sensor()
    custom = {"valueType": "integer", "valueAnnotation": "goods per minute"}

    ((topic, answer),) = bench.ask(
        f"sensor/{sensor}/metric/create",
        {
            "metrics": [
                _definition("1", valueUnit=PERCENT),
                {"matchingId": "3", "name": "ShopFloor1", **custom},
            ]
        },
    )

    assert topic == f"sensor/{sensor}/metric/inbox"
    assert [metric["matchingId"] for metric in answer] == ["1", "3"]
    first, second = (metric["metricId"] for metric in answer)
    assert bench.describe(sensor, first) == {"metricId": first, "name": "m", "valueUnit": PERCENT}
    assert bench.describe(sensor, second) == {
        "metricId": second,
        "name": "ShopFloor1",
        **custom,
    }


def test_metrics_are_created_by_the_older_topic_too(bench: Bench) -> None:
    sensor = bench.create_sensor()

    message = {"metrics": [_definition(valueUnit=PERCENT)]}

    assert bench.ask(f"sensor/{sensor}/metric", message)[0][0] == f"sensor/{sensor}/metric/inbox"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", 4),
        (b"[]", 5),
        ({}, 6),
        ({"metrics": []}, 6),
        ({"metrics": {}}, 10),
        ({"metrics": [7]}, 5),
        ({"metrics": [{"name": "m", "valueUnit": PERCENT}]}, 6),
        ({"metrics": [{"matchingId": "1", "valueUnit": PERCENT}]}, 6),
        ({"metrics": [{"matchingId": 1, "name": "m", "valueUnit": PERCENT}]}, 7),
        ({"metrics": [_definition(valueUnit="SI.Temperature.KELVIN")]}, 12),
        ({"metrics": [_definition(valueType="boolean", valueAnnotation="")]}, 13),
        ({"metrics": [_definition(valueType="bool")]}, 14),
        ({"metrics": [_definition(valueAnnotation="a")]}, 14),
        ({"metrics": [_definition()]}, 14),
        ({"metrics": [_definition(valueUnit=PERCENT, name="n" * 300)]}, 19),
        ({"metrics": [_definition(str(n), valueUnit=PERCENT) for n in range(1001)]}, 19),
    ],
)
def test_metric_creation_refuses(bench: Bench, message: object, code: int) -> None:
    sensor = bench.create_sensor()

    ((topic, error),) = bench.ask(f"sensor/{sensor}/metric/create", message)

    assert topic == f"sensor/{sensor}/metric/error/inbox"
    assert error["errorcode"] == code
    assert "metrics" not in error


def test_one_bad_definition_among_good_ones_creates_nothing_and_is_named(bench: Bench) -> None:
    sensor = bench.create_sensor()
    metrics = [
        _definition("good", valueUnit=PERCENT),
        _definition("bad unit", valueUnit="?"),
        _definition("good", valueUnit=PERCENT),
        _definition("bad type", valueType="?", valueAnnotation="a"),
    ]

    error = bench.error(f"sensor/{sensor}/metric/create", {"metrics": metrics})

    assert error["errorcode"] == 26
    assert error["metrics"] == ["bad unit", "good", "bad type"]
    assert bench.listed()[0]["metrics"] == []


def test_sensor_cannot_have_more_metrics_than_the_limit(tmp_path) -> None:
    bench = Bench(tmp_path, limits=InventoryLimits(metrics=1))
    sensor = bench.create_sensor()
    message = {"metrics": [_definition(valueUnit=PERCENT)]}
    bench.ask(f"sensor/{sensor}/metric/create", message)

    assert bench.code(f"sensor/{sensor}/metric/create", message) == 19
    assert bench.push(sensor, more=1)[1] == {
        "errorMessage": "Failed to push values to some metrics.",
        "errorcode": 27,
        "metrics": ["more"],
    }


@pytest.mark.parametrize("word", ["inventory", "describe"])
def test_metric_is_described_by_either_topic_with_its_last_value(bench: Bench, word: str) -> None:
    bench.push("weather", 1_590_394_246_545, temp=21.5)

    assert bench.ask(f"sensor/weather/metric/temp/{word}") == [
        (
            "sensor/weather/metric/temp/inventory/inbox",
            {
                "lastUpdated": 1_590_394_246_545_000,
                "metricId": "temp",
                "name": "temp",
                "value": 21.5,
                "valueType": "double",
                "valueAnnotation": "",
            },
        )
    ]


def test_unknown_metric_gets_error_16_on_the_older_and_the_documented_topic(bench: Bench) -> None:
    bench.push("weather", temp=21.5)

    answers = bench.ask("sensor/weather/metric/nothing/inventory")

    assert [topic for topic, _ in answers] == [
        "sensor/weather/inventory/error/inbox",
        "sensor/weather/metric/nothing/inventory/error/inbox",
    ]
    assert {error["errorcode"] for _, error in answers} == {16}


def test_metric_gets_a_name_and_an_annotation_that_survive_a_restart(bench: Bench) -> None:
    bench.push("weather", temp=21.5)
    change = {"metricId": "temp", "name": "Outside", "valueAnnotation": "degrees"}

    answer = bench.ask("sensor/weather/metric/update", {"metrics": [change]})

    assert answer == [
        ("sensor/weather/metric/update/info/inbox", "All metrics were successfully modified.")
    ]
    bench.restart()
    described = bench.describe("weather", "temp")
    assert described["name"] == "Outside"
    assert described["valueAnnotation"] == "degrees"
    assert described["value"] == 21.5


def test_metrics_that_cannot_be_changed_are_named_and_the_others_changed(bench: Bench) -> None:
    bench.push("weather", temp=21.5)
    percent = bench.create_metric("weather", valueUnit=PERCENT)
    changes = [
        {"metricId": "temp", "name": "Outside"},
        {"metricId": "nothing", "name": "x"},
        {"metricId": percent, "valueAnnotation": "a unit has no annotation"},
    ]

    ((topic, error),) = bench.ask("sensor/weather/metric/update", {"metrics": changes})

    assert topic == "sensor/weather/metric/update/error/inbox"
    assert (error["errorcode"], error["metrics"]) == (24, ["nothing", percent])
    assert bench.describe("weather", "temp")["name"] == "Outside"


_MALFORMED: list[tuple[Any, int]] = [
    (b"{", 4),
    (b"[]", 5),
    ({}, 6),
    ({"metrics": [{}]}, 6),
    ({"metrics": [{"metricId": 7}]}, 7),
    ({"metrics": "temp"}, 10),
]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        *_MALFORMED,
        ({"metrics": [{"metricId": "temp", "name": 7}]}, 7),
        ({"metrics": [{"metricId": "temp", "name": ""}]}, 6),
        ({"metrics": [{"metricId": "temp", "valueAnnotation": "a" * 300}]}, 19),
    ],
)
def test_metric_update_refuses_what_is_malformed(bench: Bench, message: Any, code: int) -> None:
    bench.push("weather", temp=21.5)

    assert bench.code("sensor/weather/metric/update", message) == code
    assert bench.describe("weather", "temp")["name"] == "temp"


@pytest.mark.parametrize(("message", "code"), _MALFORMED)
def test_metric_deletion_refuses_what_is_malformed(bench: Bench, message: Any, code: int) -> None:
    bench.push("weather", temp=21.5)

    assert bench.code("sensor/weather/metric/delete", message) == code
    assert bench.describe("weather", "temp")["name"] == "temp"


def test_deleted_metric_is_answered_on_the_older_topics_first(bench: Bench) -> None:
    bench.push("weather", temp=21.5)

    sentence = "All metrics were successfully deleted."
    assert bench.ask("sensor/weather/metric/delete", {"metrics": [{"metricId": "temp"}]}) == [
        ("sensor/weather/delete/info/inbox", sentence),
        ("sensor/weather/metric/delete/inbox", sentence),
        ("sensor/weather/metric/delete/info/inbox", sentence),
    ]


def test_deleted_metric_takes_nothing_for_ever_but_others_of_the_sensor_do(bench: Bench) -> None:
    bench.push("weather", temp=21.5, wind=1)
    bench.ask("sensor/weather/metric/delete", {"metrics": [{"metricId": "temp"}]})

    for _ in range(2):
        assert bench.push("weather", temp=1)[1]["errorcode"] == 16
        topic, error = bench.push("weather", temp=1, wind=2)
        assert topic == "sensor/weather/error/inbox"
        assert (error["errorcode"], error["metrics"]) == (27, ["temp"])
        assert bench.describe("weather", "wind")["value"] == 2
        bench.restart()


def test_deleted_metric_is_created_again_by_a_push_where_that_was_chosen(tmp_path) -> None:
    bench = Bench(tmp_path, revive=True)
    bench.push("weather", temp=21.5)
    bench.ask("sensor/weather/metric/delete", {"metrics": [{"metricId": "temp"}]})

    assert bench.push("weather", temp="warm")[0] == "sensor/weather/info/inbox"

    bench.restart()
    assert bench.describe("weather", "temp")["valueType"] == "string"


def test_metrics_that_cannot_be_deleted_are_named_and_the_others_deleted(bench: Bench) -> None:
    bench.push("weather", temp=21.5)
    message = {"metrics": [{"metricId": "nothing"}, {"metricId": "temp"}]}

    answers = bench.ask("sensor/weather/metric/delete", message)

    assert [topic for topic, _ in answers] == [
        "sensor/weather/delete/error/inbox",
        "sensor/weather/metric/delete/error/inbox",
        "sensor/weather/metric/error/inbox",
    ]
    assert answers[-1][1]["errorcode"] == 23
    assert answers[-1][1]["metrics"] == ["nothing"]
    assert bench.code("sensor/weather/metric/temp/inventory") == 16
