from pathlib import Path
from typing import Any

import pytest
from agent_bench import CLIENT, PREFIX, Bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PUSH = "sensor/weather/metric/pushValues"


def test_push_creates_sensor_and_metrics_and_repeats_the_values_after_the_answer(
    bench: Bench,
) -> None:
    values = [{"value": 21.5, "metricId": "temp"}, {"value": True, "metricId": "dry"}]

    answers = bench.ask(PUSH, {"metrics": values, "timestamp": 1590394246545})

    assert answers == [
        ("sensor/weather/info/inbox", "Sensor was updated."),
        (
            "sensor/weather/livedata",
            {
                "metrics": [
                    {"metricId": "temp", "value": 21.5},
                    {"metricId": "dry", "value": True},
                ],
                "timestamp": 1590394246545,
            },
        ),
    ]
    assert [sensor["name"] for sensor in bench.listed()] == ["weather"]


def test_sentence_of_success_comes_bare(bench: Bench) -> None:
    bench.push("weather", temp=21.5)

    assert bench.broker.published[0][2] == b"Sensor was updated."


def test_push_by_the_older_topic_is_taken_and_answered_on_the_documented_one(bench: Bench) -> None:
    message = {"metrics": [{"metricId": "temp", "value": 1}]}

    assert bench.ask("sensor/weather", message)[0] == (
        "sensor/weather/info/inbox",
        "Sensor was updated.",
    )


@pytest.mark.parametrize(
    ("value", "value_type"),
    [(21.5, "double"), (21, "double"), ("21.5", "string"), (True, "bool")],
)
def test_type_of_a_new_metric_is_that_of_its_first_value(
    bench: Bench, value: object, value_type: str
) -> None:
    bench.push("weather", temp=value)

    described = bench.describe("weather", "temp")
    assert described["valueType"] == value_type
    assert described["value"] == value
    assert type(described["value"]) is type(value)


def test_missing_timestamp_is_the_time_of_arrival(bench: Bench) -> None:
    bench.push("weather", None, temp=1)

    now_ms = bench.clock.wall_ms()
    assert bench.answers()[1][1]["timestamp"] == now_ms
    assert bench.journal()[0]["timestamp_ms"] == now_ms


def test_timestamp_inside_a_metric_is_its_own(bench: Bench) -> None:
    metrics = [
        {"metricId": "a", "value": 1, "timestamp": 5000},
        {"metricId": "b", "value": 2},
    ]

    answers = bench.ask(PUSH, {"metrics": metrics, "timestamp": 7000})

    live = [payload for topic, payload in answers if topic.endswith("livedata")]
    assert [(data["timestamp"], data["metrics"][0]["metricId"]) for data in live] == [
        (5000, "a"),
        (7000, "b"),
    ]
    bench.restart()
    assert bench.describe("weather", "a")["lastUpdated"] == 5_000_000


@pytest.mark.parametrize("timestamp_ms", [0, 1, 2**53 - 1])
def test_timestamps_are_stored_as_given(bench: Bench, timestamp_ms: int) -> None:
    bench.push("weather", timestamp_ms, temp=1)

    assert bench.journal()[0]["timestamp_ms"] == timestamp_ms


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", 4),
        (b"{", 4),
        (b'{"metrics": [], "metrics": []}', 4),
        (b'{"metrics": [{"metricId": "a", "value": NaN}]}', 4),
        (b"[" * 40 + b"]" * 40, 4),
        (b'{"metrics": [{"metricId": "a", "value": ' + b"9" * 5000 + b"}]}", 4),
        (b'{"metrics": [{"metricId": "a", "value": "\\ud800"}]}', 4),
        (b" " * (256 * 1024 + 1), 4),
        (b"[]", 5),
        ({"metrics": ["a"]}, 5),
        ({}, 6),
        ({"metrics": []}, 6),
        ({"metrics": [{"metricId": "a"}]}, 6),
        ({"metrics": [{"value": 1}]}, 6),
        ({"metrics": [{"metricId": 1, "value": 1}]}, 7),
        ({"metrics": {"a": 1}}, 10),
        ({"metrics": [{"metricId": "a", "value": 1}], "timestamp": "now"}, 11),
        ({"metrics": [{"metricId": "a", "value": 1}], "timestamp": 1.5}, 11),
        (b'{"metrics": [{"metricId": "a", "value": 1}], "timestamp": 1e999}', 11),
        ({"metrics": [{"metricId": "a", "value": 1}], "timestamp": -1}, 19),
        ({"metrics": [{"metricId": "a", "value": 1}], "timestamp": 2**60}, 19),
        ({"metrics": [{"metricId": str(n), "value": 1} for n in range(1001)]}, 19),
    ],
)
def test_malformed_push_is_refused_and_creates_nothing(
    bench: Bench, message: object, code: int
) -> None:
    ((topic, error),) = bench.ask(PUSH, message)

    assert topic == "sensor/weather/error/inbox"
    assert error["errorcode"] == code
    assert bench.listed() == []


@pytest.mark.parametrize("sensor", ["a$b", "s" * 33, "ü", "a.b"])
def test_sensor_id_outside_the_alphabet_gets_error_15(bench: Bench, sensor: str) -> None:
    topic, error = bench.push(sensor, temp=1)

    assert topic == f"sensor/{sensor}/error/inbox"
    assert error["errorcode"] == 15
    assert bench.listed() == []


@pytest.mark.parametrize("metric", ["a/b", "", "m" * 33, "ü", "#"])
def test_metric_id_outside_the_alphabet_is_named_by_error_27(bench: Bench, metric: str) -> None:
    error = bench.error(PUSH, {"metrics": [{"metricId": metric, "value": 1}]})

    assert (error["errorcode"], error["metrics"]) == (27, [metric])
    assert bench.listed() == []


def test_failing_metrics_are_named_and_the_good_ones_stored_and_repeated(bench: Bench) -> None:
    bench.push("weather", temp=1.0, text="a", flag=True)

    answers = bench.ask(
        PUSH,
        {
            "metrics": [
                {"metricId": "temp", "value": 2.0},
                {"metricId": "text", "value": 7},
                {"metricId": "flag", "value": "yes"},
                {"metricId": "bad/id", "value": 1},
                {"metricId": "nothing", "value": None},
                {"metricId": "list", "value": []},
            ],
            "timestamp": 1000,
        },
    )

    (error_topic, error), (live_topic, live) = answers
    assert error_topic == "sensor/weather/error/inbox"
    assert error["errorcode"] == 27
    assert set(error["metrics"]) == {"text", "flag", "bad/id", "nothing", "list"}
    assert live_topic == "sensor/weather/livedata"
    assert live == {"metrics": [{"metricId": "temp", "value": 2.0}], "timestamp": 1000}
    assert bench.describe("weather", "temp")["value"] == 2.0
    assert bench.describe("weather", "text")["value"] == "a"


@pytest.mark.parametrize(
    ("value_type", "value", "code"),
    [
        ("string", 1, 7),
        ("string", True, 7),
        ("double", "1", 8),
        ("double", True, 8),
        ("bool", 1, 9),
        ("bool", "true", 9),
        ("integer", 1.5, 11),
        ("integer", "1", 11),
        ("integer", True, 11),
    ],
)
def test_push_whose_only_fault_is_the_type_earns_the_code_of_that_type(
    bench: Bench, value_type: str, value: object, code: int
) -> None:
    sensor = bench.create_sensor()
    metric, other = (
        bench.create_metric(sensor, valueType=value_type, valueAnnotation="", name=name)
        for name in ("a", "b")
    )

    assert bench.push(sensor, **{metric: value})[1]["errorcode"] == code
    error = bench.push(sensor, **{metric: value, other: value})[1]
    assert error["errorcode"] == code
    assert metric in error["errorMessage"]
    assert other in error["errorMessage"]
    assert "metrics" not in error


@pytest.mark.parametrize(
    ("value_type", "value"), [("string", 1), ("double", "1"), ("bool", 1), ("integer", 1.5)]
)
def test_value_of_the_wrong_type_beside_others_is_listed_by_error_27(
    bench: Bench, value_type: str, value: object
) -> None:
    sensor = bench.create_sensor()
    metric = bench.create_metric(sensor, valueType=value_type, valueAnnotation="")

    for beside, listed in (({"good": 1}, [metric]), ({"b.d": 1}, [metric, "b.d"])):
        error = bench.push(sensor, **{metric: value}, **beside)[1]
        assert (error["errorcode"], sorted(error["metrics"])) == (27, sorted(listed))


@pytest.mark.parametrize("value", [1, 1.0, -(2**62), 1e15])
def test_integer_metric_takes_integral_numbers(bench: Bench, value: float) -> None:
    sensor = bench.create_sensor()
    metric = bench.create_metric(sensor, valueType="integer", valueAnnotation="pieces")

    assert bench.push(sensor, **{metric: value})[1] == "Sensor was updated."


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400])
def test_number_that_no_double_holds_fails_alone(bench: Bench, number: bytes) -> None:
    bench.push("weather", known=1.0)
    metrics = b'{"metrics": [{"metricId": "%b", "value": %b}, {"metricId": "ok", "value": 1}]}'

    for metric in (b"new", b"known"):
        error = bench.error(PUSH, metrics % (metric, number))
        assert (error["errorcode"], error["metrics"]) == (27, [metric.decode()])


def test_metric_with_a_predefined_unit_is_a_double(bench: Bench) -> None:
    sensor = bench.create_sensor()
    metric = bench.create_metric(sensor, valueUnit="SI.Temperature.CELSIUS")

    assert bench.push(sensor, **{metric: 21})[1] == "Sensor was updated."
    assert bench.push(sensor, **{metric: "21"})[1]["errorcode"] == 8


def test_live_data_is_not_even_made_for_nobody(bench: Bench, monkeypatch) -> None:
    bench.broker.unwanted.add(("mqtt", f"{PREFIX}/sensor/weather/livedata"))
    monkeypatch.setattr("collector.wire.replies.live_data_payload", None)

    message = {"metrics": [{"metricId": "temp", "value": 21.5}]}

    assert bench.ask(PUSH, message) == [("sensor/weather/info/inbox", "Sensor was updated.")]


def test_same_push_twice_leaves_the_same_state(bench: Bench) -> None:
    for _ in range(2):
        assert bench.push("weather", temp=21.5)[1] == "Sensor was updated."

    assert len(bench.listed()[0]["metrics"]) == 1
    assert bench.describe("weather", "temp")["value"] == 21.5
    assert len(bench.journal()) == 2


def test_journal_has_one_line_per_accepted_value(bench: Bench) -> None:
    bench.push("we ather", temp=21.5, text='quote " and °C', bad_=None)

    received_ms = bench.clock.wall_ms()
    common = {
        "received_ms": received_ms,
        "client": CLIENT,
        "sensor": "we ather",
        "timestamp_ms": 1_590_394_246_545,
    }
    assert bench.journal() == [
        {**common, "metric": "temp", "value": 21.5},
        {**common, "metric": "text", "value": 'quote " and °C'},
    ]


_VALUES = st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.none()
_METRICS = st.dictionaries(st.sampled_from(["a", "b", "c d", "e/f", ""]), _VALUES, min_size=1)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_METRICS, min_size=1, max_size=6))
def test_whatever_is_pushed_the_journal_the_live_data_and_the_state_after_a_kill_agree(
    tmp_path_factory, pushes: list[dict[str, Any]]
) -> None:
    directory: Path = tmp_path_factory.mktemp("agent")
    bench = Bench(directory)
    live: list[tuple[str, Any]] = []
    for values in pushes:
        metrics = [{"metricId": metric, "value": value} for metric, value in values.items()]
        for topic, payload in bench.ask(PUSH, {"metrics": metrics}):
            if topic.endswith("livedata"):
                live += [(item["metricId"], item["value"]) for item in payload["metrics"]]

    bench.restart()

    assert [(line["metric"], line["value"]) for line in bench.journal()] == live
    sensors = bench.context.clients[CLIENT].sensors
    stored = {m.metric_id: m.value for m in sensors["weather"].metrics.values()} if live else {}
    assert stored == dict(live)
