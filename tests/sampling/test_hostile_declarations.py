"""What a source says of its metrics and readings is text and plain data, or it is refused alone."""

import json

import pytest
from sampling_rig import Rig, Scripted, Talking, plan

from collector.clock import Instant
from collector.plugin.declared import MAX_METRIC_TEXT
from collector.plugin.source import Metric, Reading
from collector.wire.units import ValueUnit


class Unspeakable:
    """An object whose every word is an error."""

    def __repr__(self):
        raise RuntimeError("no words")

    @property
    def item(self):
        raise RuntimeError("no item")


class Titled(Metric):
    """A metric that brings code of its own."""

    @property
    def title(self):
        raise RuntimeError("no title")


BOTH = Reading(values={"m": 1.0, "good": 2.0})


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (Metric(id="m", name="\ud800"), "name"),
        (Metric(id="m", annotation="a\udfffb"), "annotation"),
        (Metric(id="m", name=5), "name"),
        (Metric(id="m", annotation=None), "annotation"),
        (Metric(id="m", name="x" * (MAX_METRIC_TEXT + 1)), "name"),
        (Metric(id="m", name=Unspeakable()), "name"),
    ],
    ids=["name", "annotation", "name of no text", "no annotation", "long name", "unspeakable"],
)
def test_a_metric_whose_words_cannot_be_sent_is_refused_alone(metric, why, caplog):
    rig = Rig(plan(Scripted(BOTH, metrics=[metric, "good"])))

    rig.start().run(1)

    assert [{"good": 2.0}] == rig.values()
    assert {"undeclared": 1} == rig.refused()
    assert [("a", ["good"])] == rig.metrics
    [line] = [each for each in caplog.messages if "declares" in each]
    assert f"metric 'm', which cannot be used: its {why} " in line


@pytest.mark.parametrize("bad", [Unspeakable(), None, 5, Metric(id=Unspeakable())])
def test_what_is_no_metric_at_all_costs_the_others_nothing(bad):
    scripted = Scripted(Reading(values={"good": 2.0}))
    scripted.declared = [bad, Metric(id="good")]
    rig = Rig(plan(scripted))

    rig.start().run(1)

    assert [{"good": 2.0}] == rig.values()


def test_a_metric_with_code_of_its_own_is_kept_as_plain_data():
    told = []
    scripted = Scripted(metrics=[Titled(id="m", unit=ValueUnit.CELSIUS)])
    rig = Rig(plan(scripted))
    rig.sampling._catalogue._on_metrics = lambda _, metrics: told.extend(metrics)

    rig.start().run(1)

    assert [Metric(id="m", unit=ValueUnit.CELSIUS)] == told
    assert Metric is type(told[0])


@pytest.mark.parametrize("value", [Unspeakable(), type("Meta", (Unspeakable,), {})()])
def test_a_value_that_cannot_be_described_is_refused_like_any_other(value):
    rig = Rig(plan(Scripted(Reading(values={"m": value, "good": 2.0}), metrics=["m", "good"])))

    rig.start().run(1)

    assert [{"good": 2.0}] == rig.values()
    assert {"wrong_type": 1} == rig.refused()


@pytest.mark.parametrize("sensor", [Unspeakable(), [1], {"a": 1}, 5, b"a", "\ud800"])
def test_a_sensor_that_is_no_text_costs_its_own_reading_alone(sensor):
    good = Reading(values={"m": 2.0})
    rig = Rig(plan(Scripted([Reading(values={"m": 1.0}, sensor=sensor), good])))

    rig.start().run(1)

    assert [{"m": 2.0}] == rig.values()
    assert {"bad_id": 1} == rig.refused()


@pytest.mark.parametrize("name", [Unspeakable(), 5, None, b"m", "\ud800"])
def test_a_metric_id_that_is_no_text_costs_its_own_value_alone(name):
    rig = Rig(plan(Scripted(Reading(values={"m": 1.0, name: 2.0}))))

    rig.start().run(1)

    assert [{"m": 1.0}] == rig.values()
    assert {"bad_id": 1} == rig.refused()


@pytest.mark.parametrize(
    "taken_at", [Instant("boot", None), Instant(5, 1), Instant("b", 1e300), Instant("\ud800", 1)]
)
def test_an_instant_that_is_none_gives_way_to_the_end_of_the_read(taken_at):
    rig = Rig(plan(Scripted(Reading(values={"m": 1.0}, taken_at=taken_at))))

    rig.start().run(1)

    [(_, reading)] = rig.accepted
    assert reading.taken_at.boot_id == rig.clock.now().boot_id


def test_what_a_listening_source_emits_passes_the_same_border():
    def listen(emit, stop):
        emit(Reading(values={"m": 1.0}, sensor=Unspeakable()))
        emit(Reading(values={"m": 2.0}))

    rig = Rig(plan(Talking(listen)))

    rig.start().run(1)

    assert {"m": 2.0} in rig.values()


def test_all_that_is_known_of_metrics_has_a_form_on_the_wire():
    told = []
    scripted = Scripted(metrics=[Metric(id="m", name="\ud800"), Metric(id="n", name="ä" * 200)])
    rig = Rig(plan(scripted))
    rig.sampling._catalogue._on_metrics = lambda _, metrics: told.extend(metrics)

    rig.start().run(1)

    for metric in told:
        json.dumps([metric.title, metric.unit_text], ensure_ascii=False).encode()
    assert ["n"] == [metric.id for metric in told]
