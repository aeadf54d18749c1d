"""What is told of a source: its state, reads, link, newest values and metrics."""

from sampling_rig import Rig, Scripted, plan, slow

from collector.plugin.source import Metric, Reading
from collector.status import SourceState
from collector.testkit.clock import FakeClock


def test_the_status_before_the_start_is_starting():
    rig = Rig(plan(Scripted()))

    assert SourceState.STARTING == rig.status().state
    assert [] == rig.sampling.links()
    assert [] == rig.sampling.last_values()


def test_the_status_tells_reads_and_the_link():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 0.25), link="/dev/ttyS0")), clock=clock)
    rig.start().run(5)
    status = rig.status()

    assert ("a", "probe", "a", "/dev/ttyS0") == (
        status.name,
        status.plugin,
        status.sensor,
        status.link,
    )
    assert (1, 0.25) == (status.reads, status.last_read_s)


def test_links_are_shared_by_key_and_private_without_one():
    rig = Rig(
        plan(Scripted(link="bus"), "a"),
        plan(Scripted(link="bus"), "b"),
        plan(Scripted(), "c"),
        plan(Scripted(), "bus", sensor="d"),
    )
    rig.start()

    assert [("bus", ("a", "b")), ("bus", ("bus",)), ("c", ("c",))] == [
        (link.key, link.sources) for link in rig.sampling.links()
    ]


def test_last_values_are_the_newest_of_each_metric_with_name_unit_and_age():
    metrics = [Metric(id="m", name="Main"), Metric(id="n", annotation="rpm")]
    first = Reading(values={"m": 1.0, "n": 5.0})
    source = Scripted(first, Reading(values={"m": 2.0}), [], [], metrics=metrics)
    rig = Rig(plan(source))
    rig.start().run(35)

    [m, n] = rig.sampling.last_values()
    assert ("a", "m", "Main", 2.0, "", 1010.0) == (
        m.sensor,
        m.metric,
        m.name,
        m.value,
        m.unit,
        m.taken_at_s,
    )
    assert ("n", 5.0, "rpm", 1000.0) == (n.metric, n.value, n.unit, n.taken_at_s)


def test_a_value_is_counted_as_accepted_before_it_is_handed_on():
    rig = Rig(plan(Scripted()))
    seen = []
    rig.sampling._outlet._accept = lambda _: seen.append(rig.ledger.accounts()[0].accepted)
    rig.start().run(15)

    assert [1, 2] == seen


def test_all_metrics_are_told_at_the_start_sensor_by_sensor():
    rig = Rig(
        plan(Scripted(metrics="mn"), "a"),
        plan(Scripted(metrics="op"), "b", sensor="a", timestamp="tick"),
        plan(Scripted(metrics="x"), "c"),
    )
    rig.start()

    assert [("a", ["m", "n"]), ("a", ["m", "n", "o", "p"]), ("c", ["x"])] == rig.metrics
