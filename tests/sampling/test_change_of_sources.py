"""Some sources leave and others come while the rest go on, as after a reload."""

import logging
import threading
import time
from unittest.mock import patch

import pytest
from sampling_rig import Rig, Scripted, Talking, plan

from collector.clock import Deadline, SystemClock
from collector.errors import SourceUnavailableError
from collector.plugin.source import Metric, Reading
from collector.sampling.link import LinkWorker
from collector.testkit.clock import FakeClock

GONE = SourceUnavailableError("does not answer")
LONG_S = 20.0


def change(rig, leaving, *plans):
    """Change the sources at once, in the rig's single thread."""
    with patch.object(LinkWorker, "start"):
        rig.sampling.change(leaving, lambda: plans, Deadline.after(rig.clock, 2.0))


def reads_of(rig, name):
    return rig.status(name).reads


def test_nineteen_of_twenty_go_on_without_a_missed_tick_when_one_is_changed():
    sources = {f"s{number}": Scripted(link="bus" if number < 5 else "") for number in range(20)}
    rig = Rig(*(plan(source, name) for name, source in sources.items()))
    undisturbed = Rig(
        *(plan(Scripted(link=source._link), name) for name, source in sources.items())
    )
    others = [name for name in sources if name != "s3"]
    rig.start().run(45)

    change(rig, {"s3"}, plan(new := Scripted(link="bus"), "s3", interval_s=5.0))
    rig.run(45)
    undisturbed.start().run(90)

    assert {name: undisturbed.times(name) for name in others} == {
        name: rig.times(name) for name in others
    }
    assert {10} == {reads_of(rig, name) for name in others}
    assert {0} == {rig.status(name).missed_ticks for name in others}
    assert [0] * 19 == [sources[name].count("close") for name in others]
    assert [1] * 19 == [sources[name].count("open") for name in others]
    assert (1, 1, 1) == (
        sources["s3"].count("close"),
        new.count("open"),
        sources["s3"].count("open"),
    )
    assert [0, 10, 20, 30, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90] == rig.times("s3")


def test_a_source_that_left_is_closed_once_and_read_no_more_and_its_status_is_gone():
    rig = Rig(plan(leaving := Scripted(link="bus"), "a"), plan(Scripted(link="bus"), "b"))
    rig.start().run(25)

    change(rig, {"a"})
    rig.run(30)

    assert (1, 3) == (leaving.count("close"), leaving.count("read"))
    assert ["b"] == [status.name for status in rig.sampling.sources()]
    assert [("b",)] == [link.sources for link in rig.sampling.links()]
    assert ["b"] == [value.sensor for value in rig.sampling.last_values()]
    assert [0.0, 10.0, 20.0, 30.0, 40.0, 50.0] == rig.times("b")
    assert 3 == next(each.accepted for each in rig.ledger.accounts() if each.source == "a")


def test_a_link_without_sources_ends_and_one_with_a_new_source_begins():
    rig = Rig(plan(Scripted(link="bus"), "a"), plan(Scripted(), "b")).start()
    [before] = [worker for worker in rig.sampling._links.workers if worker.key == "b"]

    change(rig, {"a"}, plan(Scripted(link="other"), "c"))

    assert ["b", "other"] == [link.key for link in rig.sampling.links()]
    assert before in rig.sampling._links.workers


def test_a_sensor_that_nothing_feeds_any_more_is_offline():
    rig = Rig(plan(Scripted(), "a"), plan(Scripted(), "b")).start()
    rig.run(5)

    change(rig, {"a"})

    assert [("a", True), ("b", True), ("a", False)] == rig.states


def test_a_sensor_that_another_source_feeds_stays_online():
    rig = Rig(plan(Scripted(), "a"), plan(Scripted(metrics="n"), "b", sensor="a")).start()
    rig.run(5)

    change(rig, {"a"})
    rig.run(60)

    assert [("a", True)] == rig.states


def test_a_source_in_the_place_of_another_keeps_its_sensors_online():
    both = [Reading(values={"m": 1.0}), Reading(values={"m": 1.0}, sensor="child")]
    rig = Rig(plan(Scripted(both), "a")).start()
    rig.run(5)

    change(rig, {"a"}, plan(Scripted(both), "a", interval_s=5.0))
    rig.run(5)

    assert [("a", True), ("child", True)] == sorted(rig.states)


def test_a_new_source_that_hangs_from_the_start_is_found_silent_in_its_own_time():
    rig = Rig(plan(Scripted(), "a", interval_s=60.0)).start()
    rig.run(5)

    change(rig, (), plan(Scripted(*[[]] * 99), "quiet", interval_s=1.0, timeout_s=1.0))
    with patch("collector.sampling.health.Health.succeeded"):
        rig.run(8)

    assert ("quiet", False) in rig.states


def test_the_metrics_of_a_source_that_left_are_free_for_another():
    rig = Rig(plan(Scripted(metrics=[Metric(id="m", name="Old")]), "a")).start()
    rig.run(5)

    change(rig, {"a"}, plan(Scripted(metrics=[Metric(id="m", name="New")]), "b", sensor="a"))
    rig.run(1)

    assert {} == rig.refused("b")
    assert ["New"] == [value.name for value in rig.sampling.last_values()]


def test_the_metrics_of_a_source_that_left_are_free_for_one_that_stayed():
    rig = Rig(plan(Scripted(), "a"), plan(Scripted(), "b", sensor="a")).start()
    rig.run(15)
    assert {"taken": 2} == rig.refused("b")

    change(rig, {"a"})
    rig.run(10)

    assert {"taken": 2} == rig.refused("b")
    assert 1 == len(rig.values("a")) - 2


def test_members_of_a_shared_sensor_that_restart_together_share_it_again():
    keys = {"sensor": "s", "timestamp": "tick"}
    rig = Rig(plan(Scripted(), "one", **keys), plan(Scripted(metrics="n"), "two", **keys)).start()
    rig.run(15)

    change(
        rig, {"one", "two"},
        plan(Scripted(), "one", **keys), plan(Scripted(metrics="o"), "two", **keys),
    )  # fmt: skip
    rig.run(20)

    assert [{"m": 1.0, "n": 1.0}] * 2 + [{"m": 1.0, "o": 1.0}] * 2 == rig.values("s")
    assert [0.0, 10.0, 20.0, 30.0] == rig.times("s")


def test_what_a_shared_sensor_holds_leaves_when_a_member_leaves():
    clock = FakeClock()
    keys = {"sensor": "s", "timestamp": "tick"}
    slow = plan(Scripted(metrics="n"), "slow", jitter_s=9.0, **keys)
    rig = Rig(plan(Scripted(), "one", **keys), slow, clock=clock).start()
    with patch.object(rig.sampling._random, "uniform", lambda _low, high: high):
        rig.run(11)
    held = len(rig.values("s"))

    change(rig, {"one", "slow"}, plan(Scripted(), "one", **keys))
    rig.run(10)

    assert held < len(rig.values("s"))
    assert all(account.balances for account in rig.ledger.accounts())
    assert {} == rig.refused("one")
    stamps = [reading.taken_at.boottime_ms for _, reading in rig.accepted]
    assert stamps == sorted(set(stamps))


def test_a_source_that_cannot_say_its_link_is_gone_with_its_reason_after_a_change():
    rig = Rig(plan(Scripted(link=3), "a"), plan(Scripted(), "b")).start()

    change(rig, {"a"}, plan(Scripted(), "a"))
    rig.run(5)

    assert "ok" == rig.status("a").state


# -- with threads -------------------------------------------------------------------------------


class Threads:
    """Sampling with its threads, ended with the test."""

    def __init__(self, *plans):
        self.rig = Rig(*plans, clock=SystemClock())

    def __enter__(self):
        self.rig.sampling.start()
        return self.rig

    def __exit__(self, *_):
        self.rig.sampling.stop(Deadline.after(SystemClock(), 1.0))


def let_run(condition):
    """Wait until the threads of a rig have come so far."""
    limit_s = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.005)


def change_now(rig, leaving, *plans, wait_s=LONG_S):
    rig.sampling.change(leaving, lambda: plans, Deadline.after(rig.clock, wait_s))


def test_what_a_read_under_way_gives_is_accepted_before_the_source_leaves():
    reading, let_go = threading.Event(), threading.Event()

    def slowly():
        reading.set()
        let_go.wait(LONG_S)
        return Reading(values={"m": 7.0})

    leaving = Scripted(slowly, link="bus")
    with Threads(plan(leaving, "a"), plan(Scripted(link="bus"), "b", interval_s=60.0)) as rig:
        assert reading.wait(LONG_S)
        threading.Timer(0.05, let_go.set).start()
        change_now(rig, {"a"})

        assert [{"m": 7.0}] == rig.values("a")
        assert 1 == leaving.count("close")


@pytest.mark.parametrize("link", ["", "bus"])
def test_a_source_that_hangs_is_left_behind_and_what_it_gives_later_is_refused(link, caplog):
    reading, let_go, closed = threading.Event(), threading.Event(), threading.Event()

    def hang():
        reading.set()
        let_go.wait(LONG_S)
        return Reading(values={"m": 7.0})

    leaving = Scripted(hang, link=link)
    leaving.on_close = closed.set
    with Threads(plan(leaving, "a"), plan(Scripted(link=link), "b", interval_s=60.0)) as rig:
        assert reading.wait(LONG_S)
        with caplog.at_level(logging.WARNING):
            change_now(rig, {"a"}, wait_s=0.05)
        let_go.set()
        assert closed.wait(LONG_S)

        assert [] == rig.values("a")
        assert {"late": 1} == rig.refused("a")
    assert 1 == caplog.text.count("a: does not come back, it is left behind")


class Hanging:
    """A source that hangs in its first read until it is let go, and what is done with it."""

    def __init__(self, link):
        self.reading, self.closed, self._let_go = (threading.Event() for _ in range(3))
        self.source = Scripted(self._hang, link=link)
        self.source.on_close = self.closed.set

    def let_go(self):
        self._let_go.set()

    def _hang(self):
        self.reading.set()
        self._let_go.wait(LONG_S)
        return Reading(values={"m": 7.0})


def test_what_takes_the_place_of_a_source_that_hangs_is_read_once_the_link_is_free_again():
    hanging, read_anew = Hanging("bus"), threading.Event()
    beside = Scripted(link="bus")
    new = Scripted(read_anew.set, link="bus")
    with Threads(plan(hanging.source, "a"), plan(beside, "b", interval_s=0.02)) as rig:
        assert hanging.reading.wait(LONG_S)
        change_now(rig, {"a"}, plan(new, "a", interval_s=0.02), wait_s=0.05)
        assert 0 == new.count("open")

        hanging.let_go()

        assert read_anew.wait(LONG_S)
        assert 1 == hanging.source.count("close") == hanging.source.count("read")
        assert 0 == new.count("close")
        let_run(lambda: beside.count("read") > 3 and new.count("read") > 3)


def test_a_shared_link_is_never_used_by_a_source_that_was_left_behind_and_its_successor_at_once():
    hanging, read_anew = Hanging("bus"), threading.Event()
    new = Scripted(read_anew.set, link="bus")
    with Threads(plan(hanging.source, "a")) as rig:
        assert hanging.reading.wait(LONG_S)
        change_now(rig, {"a"}, plan(new, "a", interval_s=0.02), wait_s=0.05)
        assert ["a"] == [link.busy_with for link in rig.sampling.links()]
        assert 0 == new.count("open")

        hanging.let_go()

        assert read_anew.wait(LONG_S)
        assert hanging.closed.is_set()
        assert 0 == new.count("close")


def test_what_takes_the_place_of_a_source_that_hangs_alone_is_read_at_once():
    hanging, read_anew = Hanging(""), threading.Event()
    with Threads(plan(hanging.source, "a")) as rig:
        assert hanging.reading.wait(LONG_S)
        change_now(rig, {"a"}, plan(Scripted(read_anew.set), "a"), wait_s=0.05)

        assert read_anew.wait(LONG_S)
        assert not hanging.closed.is_set()
        hanging.let_go()
        assert hanging.closed.wait(LONG_S)


def test_a_link_that_a_source_was_left_behind_on_ends_with_it_when_nothing_comes_to_it():
    hanging = Hanging("bus")
    with Threads(plan(hanging.source, "a"), plan(Scripted(), "b")) as rig:
        assert hanging.reading.wait(LONG_S)
        change_now(rig, {"a"}, wait_s=0.05)

        assert ["b"] == [link.key for link in rig.sampling.links()]
        hanging.let_go()
        assert hanging.closed.wait(LONG_S)


def test_a_source_may_be_changed_again_while_the_one_before_it_hangs():
    hanging, read_anew = Hanging("bus"), threading.Event()
    second = Scripted(link="bus")
    third = Scripted(read_anew.set, link="bus")
    with Threads(plan(hanging.source, "a")) as rig:
        assert hanging.reading.wait(LONG_S)
        change_now(rig, {"a"}, plan(second, "a", interval_s=0.02), wait_s=0.05)
        change_now(rig, {"a"}, plan(third, "a", interval_s=0.02), wait_s=0.05)

        hanging.let_go()

        assert read_anew.wait(LONG_S)
        assert 0 == second.count("read")


def test_a_source_that_listens_leaves_without_disturbing_another():
    ended = threading.Event()

    def listen(emit, stop):
        emit(Reading(values={"m": 1.0}))
        stop.wait()
        ended.set()

    with Threads(plan(Talking(listen), "a"), plan(Talking(listen), "b")) as rig:
        change_now(rig, {"a"})

        assert ended.is_set()
        assert ["b"] == [status.name for status in rig.sampling.sources()]
        assert "b" == rig.sampling.links()[0].busy_with


def test_nothing_is_put_to_work_once_sampling_was_stopped():
    with Threads(plan(Scripted(), "a")) as rig:
        rig.sampling.stop(Deadline.after(rig.clock, 1.0))
        change_now(rig, {"a"}, plan(late := Scripted(), "late"))

    assert [] == [call for call in late.calls if call != "metrics"]
