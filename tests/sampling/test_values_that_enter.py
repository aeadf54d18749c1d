"""Values at the border: each is kept in the type of its metric, or refused with the reason."""

import enum
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling_rig import Rig, Scripted, plan

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
