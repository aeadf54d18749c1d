"""Real threads of links, most on fake time: their order, what hangs, and the end."""

import queue
import threading
from collections import Counter

from sampling_live import LONG_S, Live, reading, until
from sampling_rig import Scripted, plan

from collector.clock import Deadline, SystemClock
from collector.errors import SourceUnavailableError
from collector.sampling.link import LinkWorker
from collector.status import SourceState
from collector.testkit.clock import FakeClock


def test_a_link_does_what_is_due_earliest_first_and_never_two_things_at_once():
    clock = FakeClock()
    worker = LinkWorker("bus", clock)
    done = queue.Queue()
    for name, due_s in (("late", 1003.0), ("early", 1001.0), ("middle", 1002.0)):
        worker.add(due_s, lambda name=name: done.put(name))
    worker.start()
    clock.advance(10)

    assert ["early", "middle", "late"] == [done.get(timeout=LONG_S) for _ in range(3)]
    assert worker.stop(Deadline.after(clock, LONG_S))


def test_what_is_added_earlier_than_all_else_wakes_the_link():
    clock = FakeClock()
    worker = LinkWorker("bus", clock)
    done = queue.Queue()
    worker.add(2000.0, lambda: done.put("much later"))
    worker.start()
    worker.add(1000.0, lambda: done.put("now"))

    assert "now" == done.get(timeout=LONG_S)
    assert worker.stop(Deadline.after(clock, LONG_S))


class Counting(SystemClock):
    """Counts how often each condition is waited on."""

    def __init__(self):
        super().__init__()
        self.waits = Counter()

    def wait(self, condition, timeout_s):
        self.waits[condition] += 1
        super().wait(condition, timeout_s)


def test_a_link_wakes_once_per_tick_and_for_nothing_else():
    clock = Counting()
    with Live(plan(Scripted(), interval_s=0.02), clock=clock) as live:
        for _ in range(25):
            live.next()
        [worker] = live.sampling._links.workers

    assert 25 <= clock.waits[worker._changed] <= 25 + 2 + live.status().missed_ticks
    assert 3 >= clock.waits[live.sampling._timer._changed]


def test_the_lateness_of_ticks_is_measured():
    clock = FakeClock()
    worker = LinkWorker("bus", clock)
    worker.at_end("a", lambda: None)
    done = threading.Semaphore(0)
    for number in range(100):
        late_s = 2.0 if number >= 98 else 0.5
        worker.add(clock.monotonic_s() - late_s, done.release)
    worker.start()
    for _ in range(100):
        assert done.acquire(timeout=LONG_S)
    status = worker.status()

    assert ("bus", ("a",)) == (status.key, status.sources)
    assert (0.5, 2.0) == (status.lateness_p50_s, status.lateness_p99_s)
    assert worker.stop(Deadline.after(clock, LONG_S))


def test_a_source_is_opened_read_and_closed_in_one_thread():
    seen = []

    def note(*_):
        seen.append(threading.current_thread().name)

    source = Scripted(lambda: note() or reading())
    source.on_open = source.on_close = note
    with Live(plan(source)) as live:
        live.next()

    assert ["link a"] * 3 == seen
    assert ["metrics", "open", "read", "close"] == source.calls
    assert SourceState.STOPPED == live.status().state


def test_a_source_that_hangs_costs_its_own_link_only(caplog):
    hangs, let_go = threading.Event(), threading.Event()

    def hang():
        hangs.set()
        let_go.wait(LONG_S)
        return reading(7.0)

    clock = FakeClock()
    stuck = plan(Scripted(hang, link="bus"), "stuck")
    waiting = plan(Scripted(link="bus"), "waiting")
    live = Live(stuck, waiting, plan(Scripted(), "well"), clock=clock)
    with live:
        assert hangs.wait(LONG_S)
        assert "well" == live.next().sensor
        for _ in range(6):
            clock.advance(10)
            assert "well" == live.next().sensor
        until(lambda: ("stuck", False) in live.states)

        assert SourceState.OVERDUE == live.status("stuck").state
        assert SourceState.OK == live.status("well").state
        assert 0 == live.status("well").missed_ticks
        assert ["stuck"] == [link.busy_with for link in live.sampling.links() if link.key == "bus"]
        live.sampling.stop(Deadline.after(clock, 0.05))
        assert ["stuck: does not come back, it is left behind"] == [
            record.getMessage() for record in caplog.records if "left" in record.getMessage()
        ]

        let_go.set()
        until(lambda: live.refused("stuck"))
    assert {"late": 1} == live.refused("stuck")
    assert {"well"} == {one.sensor for _, one in live.accepted}


def test_stopping_closes_every_source_and_a_second_stop_does_nothing():
    sources = [Scripted(), Scripted(), Scripted(SourceUnavailableError("gone"))]
    live = Live(*(plan(source, name) for source, name in zip(sources, "abc", strict=True)))
    with live:
        live.next()
        live.next()
        until(lambda: live.status("c").failures)
    live.sampling.stop(Deadline.after(live.clock, LONG_S))

    assert [1, 1, 1] == [source.count("close") for source in sources]
    assert [SourceState.STOPPED] * 3 == [status.state for status in live.sampling.sources()]


def test_stopping_before_the_start_is_allowed():
    Live(plan(Scripted())).sampling.stop(Deadline.after(FakeClock(), 1))


def test_a_read_that_ends_in_time_while_stopping_still_counts():
    began, go_on = threading.Event(), threading.Event()

    def slow():
        began.set()
        go_on.wait(LONG_S)
        return reading(5.0)

    live = Live(plan(Scripted(slow)))
    with live:
        assert began.wait(LONG_S)
        threading.Timer(0.05, go_on.set).start()

    assert [{"m": 5.0}] == live.values()


def test_values_that_wait_for_a_source_that_hangs_leave_at_the_end():
    hangs, let_go = threading.Event(), threading.Event()

    def hang():
        hangs.set()
        let_go.wait(LONG_S)
        return []

    both = {"sensor": "s", "timestamp": "tick"}
    clock = FakeClock()
    live = Live(
        plan(Scripted(hang, metrics="n"), "stuck", **both),
        plan(Scripted(), "well", **both),
        clock=clock,
    )
    with live:
        assert hangs.wait(LONG_S)
        until(lambda: live.status("well").reads)
        assert live.nothing_more()
        live.sampling.stop(Deadline.after(clock, 0.05))
        let_go.set()

    assert [{"m": 1.0}] == live.values("s")
    assert all(account.balances for account in live.ledger.accounts())


def test_on_a_real_clock_the_first_values_do_not_wait_for_the_grid():
    clock = SystemClock()
    with Live(plan(Scripted(), interval_s=86_400.0), clock=clock) as live:
        live.next()

    assert SourceState.STOPPED == live.status().state


def test_on_a_real_clock_ticks_do_not_come_faster_than_their_rate():
    clock = SystemClock()
    with Live(plan(Scripted(), interval_s=0.02, timeout_s=1.0), clock=clock) as live:
        for _ in range(25):
            live.next()
        times = [at_s for at_s, _ in live.accepted]

    assert times[-1] - times[1] >= 0.02 * 23 / 2
