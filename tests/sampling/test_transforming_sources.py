"""Sources with transforms: what is sent, declared and counted; when what was held back leaves."""

import logging
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from sampling_rig import Rig, Scripted, Talking, plan

from collector.clock import Deadline, Instant
from collector.errors import SourceUnavailableError
from collector.plugin.source import Metric, Reading
from collector.sampling.link import LinkWorker
from collector.transforms.kinds import KINDS
from collector.wire.units import ValueUnit

GONE = SourceUnavailableError("does not answer")
NEXT_MINUTE_S = 40
"""The wall clock of a rig begins 40 s before a full minute."""


def tables(*transforms):
    return [KINDS[each["type"]].settings.model_validate(each) for each in transforms]


def changed(source, *transforms, name="a", **more):
    return plan(source, name, transforms=tables(*transforms), **more)


def giving(*values, metric="m", **more):
    """Return a source that gives these values, and then fails."""
    steps = [Reading(values={metric: value}) for value in values]
    return Scripted(*steps, *[GONE] * 99, metrics=[metric], **more)


def stop(rig):
    rig.sampling.stop(Deadline.after(rig.clock, 2.0))


def account(rig, source="a"):
    [found] = [each for each in rig.ledger.accounts() if each.source == source]
    assert found.balances
    return found


SCALE = {"type": "scale", "metric": "*", "factor": 2.0}
WINDOW = {"type": "window", "metric": "m", "period": "1min", "figures": ["max", "count"]}
DEADBAND = {"type": "deadband", "metric": "*", "absolute": 1}


def test_what_is_sent_shown_and_declared_is_what_the_transforms_leave():
    scale = {**SCALE, "unit": "°C"}
    rename = {"type": "rename", "metric": "m", "to": "warm"}
    rig = Rig(changed(giving(1.0), scale, rename)).start()

    rig.run(5)

    assert [{"warm": 2.0}] == rig.values()
    assert [("a", ["warm"])] == rig.metrics
    [shown] = rig.sampling.last_values()
    assert ("warm", 2.0, "°C") == (shown.metric, shown.value, shown.unit)


def test_a_source_without_transforms_has_nothing_of_them_on_its_way():
    rig = Rig(plan(Scripted()))

    [bench] = rig.sampling._benches

    assert bench.transformer is None
    assert bench.intake._catalogue is rig.sampling._catalogue


def test_readings_of_one_shape_share_their_ids():
    rig = Rig(changed(giving(1.0, 2.0), SCALE)).start()
    rig.run(15)

    first, second = (reading for _, reading in rig.accepted)

    assert first.metrics is second.metrics


def test_what_is_left_out_is_counted_by_the_type_of_the_transform():
    bounds = {"type": "range", "metric": "*", "maximum": 50}
    rig = Rig(changed(giving(1.0, 1.5, 99.0, 7.0), bounds, DEADBAND)).start()

    rig.run(45)

    assert [{"m": 1.0}, {"m": 7.0}] == rig.values()
    assert {"range": 1, "deadband": 1} == account(rig).filtered
    assert (4, 2, 0) == (account(rig).sampled, account(rig).accepted, account(rig).made)


def test_what_is_refused_never_reaches_a_transform():
    rig = Rig(changed(giving(float("nan"), 3.0), SCALE)).start()

    rig.run(15)

    assert [{"m": 6.0}] == rig.values()
    assert {"not_finite": 1} == rig.refused()


def test_what_is_computed_counts_as_made():
    compute = {"type": "compute", "metric": "x", "expression": "1 / m"}
    rig = Rig(changed(giving(4.0, 0.0), compute)).start()

    rig.run(15)

    assert [{"m": 4.0, "x": 0.25}, {"m": 0.0}] == rig.values()
    assert (4, 3, 2) == (account(rig).sampled, account(rig).accepted, account(rig).made)
    assert {"compute": 1} == account(rig).filtered


def test_a_window_leaves_with_the_first_value_after_it_and_before_that_value():
    rig = Rig(changed(Scripted(), {**WINDOW, "keep": True})).start()

    rig.run(NEXT_MINUTE_S + 5)

    assert [{"m": 1.0}] * 4 == rig.values()[:4]
    assert [{"m-max": 1.0, "m-count": 4}, {"m": 1.0}] == rig.values()[4:]
    taken = [reading.taken_at.boottime_ms for _, reading in rig.accepted]
    assert sorted(taken) == taken
    assert taken[3] == taken[4]


def test_a_window_leaves_although_its_source_is_gone():
    rig = Rig(changed(giving(1.0, 5.0), WINDOW)).start()

    rig.run(NEXT_MINUTE_S + 9)
    assert [] == rig.values()
    rig.run(2)

    assert [{"m-max": 5.0, "m-count": 2}] == rig.values()
    assert [49.99] == rig.times()  # its end, and the time that a read may take
    [(_, reading)] = rig.accepted
    assert 1_010_000 == reading.taken_at.boottime_ms
    assert (4, {"window": 2}, 2) == (
        account(rig).sampled, account(rig).filtered, account(rig).made,
    )  # fmt: skip


def test_window_after_window_leaves_by_the_clock_alone():
    steps = [Reading(values={"m": 1.0}), *[GONE] * 4, Reading(values={"m": 2.0}), *[GONE] * 99]
    rig = Rig(changed(Scripted(*steps), WINDOW)).start()

    rig.run(600)

    assert [{"m-max": 1.0, "m-count": 1}, {"m-max": 2.0, "m-count": 1}] == rig.values()


def test_the_window_of_a_listening_source_waits_only_a_second():
    rig = Rig(changed(Talking(lambda *_: None), WINDOW, interval_s=0.0)).start()
    [bench] = rig.sampling._benches

    bench.put(bench.intake.take(Reading(values={"m": 1.0}), rig.clock.now()))
    rig.run(NEXT_MINUTE_S + 2)

    assert [41.0] == [round(at_s, 1) for at_s in rig.times()]


def test_values_that_are_held_back_set_no_alarm_each():
    rig = Rig(changed(Talking(lambda *_: None), {**WINDOW, "period": "1h"}, interval_s=0.0)).start()
    [bench] = rig.sampling._benches
    before = len(rig.sampling._timer._agenda._waiting)

    for _ in range(500):
        rig.run(0.10037)
        bench.put(bench.intake.take(Reading(values={"m": 1.0}), rig.clock.now()))

    assert len(rig.sampling._timer._agenda._waiting) <= before + 1


def test_a_change_that_came_too_soon_leaves_when_its_time_has_come():
    rig = Rig(changed(giving(1.0, 9.0), {**DEADBAND, "min_period": "30s"})).start()

    rig.run(60)

    assert [{"m": 1.0}, {"m": 9.0}] == rig.values()
    assert [0.0, 40.0] == rig.times()
    assert [1_000_000, 1_010_000] == [reading.taken_at.boottime_ms for _, reading in rig.accepted]


def test_at_the_end_what_is_held_back_leaves():
    rig = Rig(changed(giving(1.0, 2.0), WINDOW)).start()
    rig.run(15)

    stop(rig)
    stop(rig)

    assert [{"m-max": 2.0, "m-count": 2}] == rig.values()
    assert account(rig).accepted == 2


def test_what_is_held_back_of_a_source_that_leaves_goes_before_it_does():
    rig = Rig(changed(giving(1.0, 2.0), WINDOW), plan(Scripted(), "b")).start()
    rig.run(15)

    with patch.object(LinkWorker, "start"):
        new = changed(Scripted(), SCALE)
        rig.sampling.change({"a"}, lambda: [new], Deadline.after(rig.clock, 2.0))
    rig.run(300)

    assert [{"m-max": 2.0, "m-count": 2}, {"m": 2.0}] == rig.values()[:2]
    assert not any("m-max" in values for values in rig.values()[1:])


def test_what_comes_after_the_end_is_refused_as_late():
    rig = Rig(changed(Scripted(), WINDOW)).start()
    rig.run(1)
    [bench] = rig.sampling._benches
    stop(rig)

    assert bench.put(bench.intake.take(Reading(values={"m": 1.0}), rig.clock.now()))

    assert {"late": 1} == rig.refused()
    assert 1 == rig.status().refused


def test_transforms_come_before_the_values_of_a_tick_are_joined():
    shared = {"sensor": "s", "timestamp": "tick"}
    rename = {"type": "rename", "metric": "*", "to": "two-*"}
    rig = Rig(
        changed(Scripted(), SCALE, name="one", **shared),
        changed(Scripted(), rename, name="two", **shared),
    ).start()

    rig.run(15)

    assert [{"m": 2.0, "two-m": 1.0}] * 2 == rig.values("s")
    assert (("one", 1), ("two", 1)) == rig.accepted[0][1].counts


def test_a_window_of_a_shared_sensor_leaves_apart_with_its_own_time():
    shared = {"sensor": "s", "timestamp": "tick"}
    rig = Rig(
        plan(Scripted(metrics="n"), "one", **shared),
        changed(Scripted(), WINDOW, name="two", **shared),
    ).start()

    rig.run(NEXT_MINUTE_S + 5)

    apart = [reading for _, reading in rig.accepted if "m-max" in reading.metrics]
    assert [("m-max", "m-count")] == [reading.metrics for reading in apart]
    assert [1_030_000] == [reading.taken_at.boottime_ms for reading in apart]


def test_what_would_be_sent_as_another_source_s_metric_is_refused_until_it_is_free(caplog):
    rename = {"type": "rename", "metric": "m", "to": "n"}
    rig = Rig(
        plan(Scripted(metrics="n"), "first", sensor="s"),
        changed(Scripted(), rename, name="second", sensor="s"),
    ).start()
    rig.run(15)

    assert {"taken": 2} == rig.refused("second")
    assert 1 == caplog.text.count("source 'first' gives this metric already")
    rig.sampling.change({"first"}, list, Deadline.after(rig.clock, 2.0))
    rig.run(10)

    assert 1 == account(rig, "second").accepted


def test_metrics_that_a_source_learns_of_are_transformed_too():
    source = Scripted(None, None, metrics=["m"])
    rig = Rig(changed(source, SCALE)).start()
    rig.run(5)
    source.declared = [Metric(id="m"), Metric(id="late", unit=ValueUnit.VOLT)]

    rig.run(10)

    assert {"m": 2.0, "late": 2.0} == rig.values()[-1]
    assert ("a", ["m", "late"]) == rig.metrics[-1]


def test_each_sensor_of_a_source_has_transforms_with_a_state_of_their_own():
    readings = [[Reading(values={"m": 1.0}, sensor=sensor)] for sensor in ("x", "y", "x")]
    rig = Rig(changed(Scripted(*readings, *[GONE] * 9), DEADBAND)).start()

    rig.run(45)

    assert ([{"m": 1.0}], [{"m": 1.0}]) == (rig.values("x"), rig.values("y"))


def test_a_transform_of_a_metric_that_there_is_not_is_said_once(caplog):
    scale = {**SCALE, "metric": "x"}
    rig = Rig(changed(Scripted(), scale)).start()

    rig.run(35)

    [line] = [line for line in caplog.messages if "transform" in line]
    assert line == (
        "a: transform 1 (scale): there is no metric 'x' here (there are: m);"
        " the source may learn of it (said once)"
    )
    assert [{"m": 1.0}] * 4 == rig.values()


def test_the_time_of_the_device_goes_with_the_values():
    steps = [Reading(values={"m": 1.0}, device_time_ms=77)]
    rig = Rig(changed(Scripted(*steps), SCALE, timestamp="device")).start()

    rig.run(5)

    [(_, reading)] = rig.accepted
    assert 77 == reading.timestamp_ms


ANY_TRANSFORMS = st.lists(
    st.sampled_from(
        [
            SCALE,
            DEADBAND,
            {**DEADBAND, "min_period": "3s", "max_period": "9s"},
            {"type": "window", "metric": "m", "period": "5s", "figures": ["max", "count"]},
            {"type": "window", "metric": "n*", "period": "7s", "keep": True},
            {"type": "compute", "metric": "x", "expression": "m / n"},
            {"type": "rename", "metric": "n", "to": "nn"},
            {"type": "range", "metric": "*", "minimum": -3, "maximum": 40},
            {"type": "frozen", "metric": "*", "after": "2s"},
            {"type": "on_change", "metric": "*"},
            {"type": "scale", "metric": "*", "factor": 1e308},
        ]
    ),
    max_size=4,
)
VALUES = st.dictionaries(
    st.sampled_from(["m", "n", "unknown"]),
    st.sampled_from([0.0, 1.0, 2.5, 3.0, 50.0, 1e300, float("nan"), "text"]),
    max_size=3,
)


@given(ANY_TRANSFORMS, st.lists(st.tuples(st.integers(1, 5000), VALUES), max_size=25))
def test_whatever_comes_the_ledger_balances_and_nothing_carries_a_time_of_its_own(each, steps):
    logging.disable(logging.WARNING)
    source = Talking(lambda *_: None, metrics=["m", "n"])
    rig = Rig(changed(source, *each, interval_s=0.0)).start()
    [bench] = rig.sampling._benches
    stamps, given_values = set(), 0
    for pause_ms, values in steps:
        rig.run(pause_ms / 1000)
        now = rig.clock.now()
        stamps.add(now.boottime_ms)
        given_values += len(values)
        taken = bench.intake.take(Reading(values=values), now)
        assert taken is None or bench.put(taken)
    rig.run(30)
    stop(rig)
    logging.disable(logging.NOTSET)

    accounts = rig.ledger.accounts()
    assert given_values == sum(one.sampled - one.made for one in accounts)
    assert all(one.balances for one in accounts)
    assert sum(one.accepted for one in accounts) == sum(len(kept) for kept in rig.values())
    assert {reading.taken_at.boottime_ms for _, reading in rig.accepted} <= stamps
    known = {metric for _, metrics in rig.metrics for metric in metrics}
    assert {metric for kept in rig.values() for metric in kept} <= known


def test_the_last_value_of_a_metric_is_known_however_many_shapes_readings_have():
    names = [f"m{number}" for number in range(8)]
    first = Reading(values=dict.fromkeys(names, 0.0))
    others = [
        Reading(
            values={name: float(shape) for bit, name in enumerate(names[:7]) if shape >> bit & 1}
        )
        for shape in range(1, 128)
    ]
    rig = Rig(changed(Scripted(first, *others, *[GONE] * 9, metrics=names), SCALE)).start()

    rig.run(1270)

    shown = {value.metric: value.value for value in rig.sampling.last_values()}
    assert {**dict.fromkeys(names[:7], 254.0), "m7": 0.0} == shown
    assert 1 == len({value.metric for value in rig.sampling.last_values()} - set(names[:7]))


def test_the_last_values_of_a_source_that_left_are_forgotten_in_all_shapes():
    names = [f"m{number}" for number in range(8)]
    steps = [
        Reading(values={name: 1.0 for bit, name in enumerate(names) if shape >> bit & 1})
        for shape in range(1, 128)
    ]
    rig = Rig(plan(Scripted(*steps, *[GONE] * 9, metrics=names))).start()
    rig.run(1270)

    rig.sampling.change({"a"}, list, Deadline.after(rig.clock, 2.0))

    assert [] == rig.sampling.last_values()


def test_a_stamp_of_the_source_itself_is_kept():
    at = Instant("boot-1", 123)
    rig = Rig(changed(Scripted(Reading(values={"m": 1.0}, taken_at=at)), SCALE)).start()

    rig.run(5)

    assert at == rig.accepted[0][1].taken_at
