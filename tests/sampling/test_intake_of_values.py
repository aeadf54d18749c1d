"""Where values enter: nothing that cannot be sent gets in, and nothing else is lost with it."""

import enum
import json
import logging
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling_rig import Rig, Scripted, plan

from collector.clock import Instant
from collector.plugin.source import Metric, Reading
from collector.sampling.values import CHECKS, Refusal
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.units import ValueType, ValueUnit

DOUBLE, INTEGER, BOOL, STRING = (
    ValueType.DOUBLE,
    ValueType.INTEGER,
    ValueType.BOOL,
    ValueType.STRING,
)


class Colour(enum.StrEnum):
    RED = "red"


class Scalar(float):
    """Shaped like a numpy scalar: a float of another type that has ``item``."""

    def item(self):
        return float(self)


def took(value, value_type=DOUBLE):
    """Return what a metric of this type keeps of a value, or the reason for its refusal."""
    rig = Rig(plan(Scripted([Reading(values={"m": value})], metrics=[typed(value_type)])))
    rig.start().run(1)
    if not rig.accepted:
        [(reason, count)] = rig.refused().items()
        assert 1 == count
        return reason
    return rig.values()[0]["m"]


def typed(value_type, name="m"):
    return Metric(id=name, type=value_type)


@pytest.mark.parametrize(
    ("value", "value_type", "kept"),
    [
        (1.5, DOUBLE, 1.5),
        (-0.0, DOUBLE, -0.0),
        (5, DOUBLE, 5.0),
        (2**53, DOUBLE, 2.0**53),
        (-(2**53), DOUBLE, -(2.0**53)),
        (7, INTEGER, 7),
        (7.0, INTEGER, 7),
        (2**63 - 1, INTEGER, 2**63 - 1),
        (-(2**63), INTEGER, -(2**63)),
        (True, BOOL, True),
        (False, BOOL, False),
        ("", STRING, ""),
        ("21 °C \U0001f321 \x00", STRING, "21 °C \U0001f321 \x00"),
        ("x" * 4096, STRING, "x" * 4096),
    ],
)
def test_a_good_value_is_kept_in_the_type_of_its_metric(value, value_type, kept):
    result = took(value, value_type)

    assert kept == result
    assert type(kept) is type(result)


@pytest.mark.parametrize(
    ("value", "value_type", "reason"),
    [
        (math.nan, DOUBLE, "not_finite"),
        (math.inf, DOUBLE, "not_finite"),
        (-1e400, DOUBLE, "not_finite"),
        (2**53 + 1, DOUBLE, "too_large"),
        (2**1100, DOUBLE, "too_large"),
        (True, DOUBLE, "wrong_type"),
        (None, DOUBLE, "wrong_type"),
        (b"1", DOUBLE, "wrong_type"),
        (1j, DOUBLE, "wrong_type"),
        ("1.0", DOUBLE, "wrong_type"),
        (Scalar(1.0), DOUBLE, "wrong_type"),
        ([1.0], DOUBLE, "wrong_type"),
        (7.5, INTEGER, "wrong_type"),
        (math.nan, INTEGER, "not_finite"),
        (math.inf, INTEGER, "not_finite"),
        (2**63, INTEGER, "too_large"),
        (-(2**63) - 1, INTEGER, "too_large"),
        (1e300, INTEGER, "too_large"),
        (True, INTEGER, "wrong_type"),
        (1, BOOL, "wrong_type"),
        ("true", BOOL, "wrong_type"),
        ("a\ud800b", STRING, "wrong_type"),
        ("x" * 4097, STRING, "too_large"),
        ("x" * 2**20, STRING, "too_large"),
        (b"text", STRING, "wrong_type"),
        (Colour.RED, STRING, "wrong_type"),
        (3, STRING, "wrong_type"),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(value, value_type, reason):
    assert reason == took(value, value_type)


def test_a_metric_with_a_predefined_unit_holds_doubles_whatever_its_type_says():
    metric = Metric(id="m", unit=ValueUnit.CELSIUS, type=INTEGER)
    rig = Rig(plan(Scripted([Reading(values={"m": 21})], metrics=[metric])))
    rig.start().run(1)

    assert [{"m": 21.0}] == rig.values()
    assert float is type(rig.values()[0]["m"])


@pytest.mark.parametrize(
    ("value", "value_type", "hint"),
    [
        (Scalar(1.0), DOUBLE, "Scalar is not a float: convert it with float()"),
        (Colour.RED, STRING, "Colour is not a string: convert it with str()"),
        (None, DOUBLE, "None is no value: leave the metric out"),
        (math.nan, DOUBLE, "nan is no number: leave the metric out"),
        (7.5, INTEGER, "7.5 is no integer: round it"),
        (b"\xff", STRING, "a bytes is not a string"),
    ],
)
def test_the_log_says_what_would_be_right(caplog, value, value_type, hint):
    took(value, value_type)

    assert [True] == [hint in record.getMessage() for record in caplog.records]


def test_only_the_bad_value_is_left_out_of_its_reading():
    source = Scripted(
        Reading(values={"a": 1.0, "b": math.nan, "c": 2.0, "d": None}), metrics="abcd"
    )
    rig = Rig(plan(source))
    rig.start().run(1)

    assert [{"a": 1.0, "c": 2.0}] == rig.values()
    assert {"not_finite": 1, "wrong_type": 1} == rig.refused()
    assert 2 == rig.status().refused


def test_a_reading_of_which_nothing_is_left_is_not_handed_on():
    rig = Rig(plan(Scripted([Reading(values={"m": None}), Reading(values={})])))
    rig.start().run(1)

    assert [] == rig.accepted
    assert {"wrong_type": 1} == rig.refused()


def test_each_kind_of_refusal_is_logged_once_and_counted_every_time(caplog):
    bad = Reading(values={"m": math.nan, "n": None})
    rig = Rig(plan(Scripted(*[bad] * 6, metrics="mn")))
    rig.start().run(50)

    assert {"not_finite": 6, "wrong_type": 6} == rig.refused()
    assert 2 == len(caplog.records)


def test_floats_whose_sum_overflows_are_all_kept():
    values = {"a": 1.7e308, "b": 1.7e308}
    rig = Rig(plan(Scripted(Reading(values=values), metrics="ab")))
    rig.start().run(1)

    assert [values] == rig.values()


def test_readings_of_equal_shape_share_one_tuple_of_ids():
    rig = Rig(plan(Scripted(metrics="abc")))
    rig.start().run(25)
    first, second, *_ = (reading for _, reading in rig.accepted)

    assert first.metrics is second.metrics


# -- ids ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "x" * 33, "a/b", "+", "#", "a\0b", "é", "..", 7, None])
def test_an_id_that_the_contract_does_not_allow_is_refused(name):
    rig = Rig(plan(Scripted(Reading(values={name: 1.0, "m": 2.0}), metrics=["m"])))
    rig.start().run(1)

    assert [{"m": 2.0}] == rig.values()
    assert {"bad_id": 1} == rig.refused()


def test_a_bad_id_is_refused_even_where_the_source_declares_it_and_nobody_hears_of_it():
    rig = Rig(plan(Scripted(Reading(values={"a/b": 1.0, "m": 2.0}), metrics=["a/b", "m"])))
    rig.start().run(1)

    assert [("a", ["m"])] == rig.metrics
    assert {"bad_id": 1} == rig.refused()


def test_a_reading_for_a_sensor_that_cannot_be_is_refused_as_a_whole():
    rig = Rig(plan(Scripted(Reading(values={"m": 1.0, "n": 1.0}, sensor="a/b"), metrics="mn")))
    rig.start().run(1)

    assert [] == rig.accepted
    assert {"bad_id": 2} == rig.refused()


def test_a_source_that_makes_up_sensors_without_end_is_bounded():
    script = [Reading(values={"m": 1.0}, sensor=f"made-up-{number}") for number in range(300)]
    rig = Rig(plan(Scripted(script)))
    rig.start().run(1)

    assert 256 == len(rig.accepted)
    assert {"bad_id": 44} == rig.refused()


def test_an_undeclared_metric_is_refused_and_the_source_is_asked_each_time():
    source = Scripted(*[Reading(values={"new": 1.0})] * 3, metrics=["m"])
    rig = Rig(plan(source))
    rig.start().run(20)

    assert {"undeclared": 3} == rig.refused()
    assert 4 == source.count("metrics")


def test_a_metric_that_the_source_learned_of_while_it_runs_is_taken_and_told():
    source = Scripted(metrics=["m"])

    def grow():
        source.declared.append(Metric(id="new"))
        return Reading(values={"new": 2.0})

    source.script = [None, grow]
    rig = Rig(plan(source))
    rig.start().run(15)

    assert [{"m": 1.0}, {"new": 2.0}] == rig.values()[:2]
    assert [("a", ["m"]), ("a", ["m", "new"])] == rig.metrics
    assert {} == rig.refused()


def test_a_metric_that_another_source_of_the_sensor_has_is_taken():
    rig = Rig(
        plan(Scripted(metrics=["m"]), "one", sensor="s", timestamp="tick"),
        plan(Scripted(metrics=["m", "n"]), "two", sensor="s", timestamp="tick"),
    )
    rig.start().run(5)

    assert [{"m": 1.0, "n": 1.0}] == rig.values("s")
    assert {} == rig.refused("one")
    assert {"taken": 1} == rig.refused("two")


def test_a_reading_may_name_another_sensor_which_then_has_the_metric():
    rig = Rig(plan(Scripted(Reading(values={"n": 3.0}, sensor="other"), metrics="mn")))
    rig.start().run(1)

    assert [{"n": 3.0}] == rig.values("other")
    assert [("a", ["m", "n"]), ("other", ["n"])] == rig.metrics


@pytest.mark.parametrize(
    "declared",
    [RuntimeError("not today"), [Metric(id="m"), "rubbish"], [Metric(id="m", type="metre")]],
)
def test_metrics_that_are_no_metrics_cost_only_themselves(declared, caplog):
    source = Scripted(Reading(values={"m": 1.0}))
    source.declared = declared
    rig = Rig(plan(source), plan(Scripted(), "b"))
    rig.start().run(5)

    assert [{"m": 1.0}] == rig.values("b")
    assert any("metric" in record.getMessage() for record in caplog.records)


def test_the_number_of_remembered_shapes_and_warnings_is_bounded(caplog):
    caplog.set_level(logging.WARNING)
    names = [f"m{number}" for number in range(300)]
    script = [Reading(values={name: 1.0, f"x{name}": 1.0}) for name in names]
    script += [Reading(values={name: 1.0}) for name in names]
    rig = Rig(plan(Scripted(*script, metrics=names), interval_s=1.0))
    rig.start().run(620)

    [bench] = rig.sampling._benches
    assert all(len(shapes) <= 64 for shapes in bench.intake._shapes.values())
    assert 200 == len(caplog.records)
    assert {"undeclared": 300} == rig.refused()
    assert 600 <= len(rig.accepted)
    assert 300 >= len(rig.sampling.last_values())


# -- stamps -------------------------------------------------------------------------------------


def test_the_default_stamp_is_the_end_of_the_read():
    rig = Rig()
    clock = rig.clock
    source = Scripted(lambda: clock.advance(2.5) or Reading(values={"m": 1.0}))
    rig = Rig(plan(source), clock=clock)
    began = clock.now()
    rig.start().run(5)
    [(_, reading)] = rig.accepted

    assert began.boottime_ms + 2500 == reading.taken_at.boottime_ms
    assert reading.timestamp_ms is None


def test_a_source_that_knows_better_gives_the_instant_itself():
    instant = Instant("boot-1", 123)
    rig = Rig(plan(Scripted(Reading(values={"m": 1.0}, taken_at=instant))))
    rig.start().run(1)

    assert instant == rig.accepted[0][1].taken_at


def test_a_scheduled_stamp_lies_on_the_grid_even_for_a_late_read():
    clock = Rig().clock
    clock.advance(4)
    late = [lambda: clock.advance(3) or Reading(values={"m": 1.0})] * 2
    rig = Rig(plan(Scripted(*late), timestamp="tick"), clock=clock)
    rig.start().run(20)

    assert [13.0, 23.0] == rig.times()
    assert [1_010_000, 1_020_000] == [one.taken_at.boottime_ms for _, one in rig.accepted]
    assert [None, None] == [one.timestamp_ms for _, one in rig.accepted]


def test_the_time_of_the_device_is_used_where_it_is_asked_for():
    reading = Reading(values={"m": 1.0}, device_time_ms=1_600_000_000_000)
    asked = Rig(plan(Scripted(reading), timestamp="device"))
    unasked = Rig(plan(Scripted(reading)))
    asked.start().run(1)
    unasked.start().run(1)

    assert 1_600_000_000_000 == asked.accepted[0][1].timestamp_ms
    assert unasked.accepted[0][1].timestamp_ms is None


@pytest.mark.parametrize("device_time_ms", [None, -1, 1.5, True, 10**18])
def test_without_a_usable_time_of_the_device_the_end_of_the_read_stands_in(device_time_ms, caplog):
    reading = Reading(values={"m": 1.0}, device_time_ms=device_time_ms)
    rig = Rig(plan(Scripted(reading, reading), timestamp="device"))
    rig.start().run(15)

    assert [None, None] == [one.timestamp_ms for _, one in rig.accepted]
    assert 1 == len(caplog.records)


# -- anything at all ----------------------------------------------------------------------------

RUBBISH = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**62, 2**1100),
    st.floats(),
    st.binary(max_size=5),
    st.text(max_size=10),
    st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3),
    st.complex_numbers(),
    st.floats(allow_nan=False).map(Scalar),
    st.just("x" * 5000),
    st.just(object()),
    st.lists(st.integers(), max_size=2),
)
IDS = st.one_of(
    st.sampled_from(["m", "n", "a/b", "+", "#", "..", "", "create", "\0"]),
    st.text(max_size=40),
    st.integers(),
)
TYPES = st.sampled_from(list(ValueType))


@given(st.lists(st.dictionaries(IDS, RUBBISH, max_size=4), max_size=4), TYPES, TYPES, IDS)
def test_whatever_a_source_gives_only_what_can_be_sent_gets_in_and_all_is_counted(
    readings, m_type, n_type, sensor
):
    script = [Reading(values=values, sensor=sensor) for values in readings]
    source = Scripted(script, metrics=[typed(m_type, "m"), typed(n_type, "n")])
    rig = Rig(plan(source))
    rig.start().run(1)

    all_values = sum(len(values) for values in readings)
    kept_values = sum(len(reading.values) for _, reading in rig.accepted)
    assert all_values == kept_values + sum(rig.refused().values())
    for _, reading in rig.accepted:
        assert is_sensor_id(reading.sensor)
        assert all(is_metric_id(metric) for metric in reading.metrics)
        assert len(reading.values) == len(reading.metrics) == len(set(reading.metrics))
        text = json.dumps(reading.values, allow_nan=False, ensure_ascii=False)
        assert list(reading.values) == json.loads(text.encode("utf-8"))
    assert 0 == rig.status().failures


@given(RUBBISH, TYPES)
def test_a_check_keeps_a_value_or_says_why_not_and_never_raises(value, value_type):
    result = CHECKS[value_type](value)

    if isinstance(result, Refusal):
        assert result.why
    else:
        assert result == value
        assert type(result) in {bool, int, float, str}
