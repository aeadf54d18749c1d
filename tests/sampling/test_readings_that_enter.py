"""Readings at the border: their ids, the metrics they bring, and the time that they get."""

import logging

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.clock import Instant
from collector.plugin.source import Metric, Reading


def test_readings_of_equal_shape_share_one_tuple_of_ids():
    rig = Rig(plan(Scripted(metrics="abc")))
    rig.start().run(25)
    first, second, *_ = (reading for _, reading in rig.accepted)

    assert first.metrics is second.metrics


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
