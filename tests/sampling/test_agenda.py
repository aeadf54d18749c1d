"""What comes first on a link."""

import random
import threading

import pytest

from collector.clock import Deadline
from collector.sampling.agenda import Agenda, Job
from collector.sampling.link import LinkWorker
from collector.testkit.clock import FakeClock


def agenda_of(*jobs):
    """Return an agenda of jobs that are given by when they are due and how long they may wait."""
    agenda = Agenda()
    for order, (name, due_s, slack_s) in enumerate(jobs):
        agenda.add(Job(due_s, order, name, lambda: None, slack_s))
    return agenda


def taken(agenda, now_s):
    jobs = []
    while (job := agenda.take(now_s)) is not None:
        jobs.append(job.name)
    return jobs


def test_nothing_comes_before_it_is_due():
    agenda = agenda_of(("later", 20.0, 0.0), ("now", 10.0, 99.0))

    assert agenda.take(9.9) is None
    assert ["now"] == taken(agenda, 10.0)
    assert ["later"] == taken(agenda, 20.0)


def test_of_what_is_due_the_earliest_deadline_comes_first():
    agenda = agenda_of(("slow", 10.0, 10.0), ("medium", 10.5, 1.0), ("fast", 10.9, 0.2))

    assert ["fast", "medium", "slow"] == taken(agenda, 11.0)


def test_a_deadline_stays_where_it_is_so_nobody_waits_for_ever():
    agenda = agenda_of(("slow", 10.0, 1.0))
    rounds = 0
    while True:
        now_s = 10.0 + rounds / 10
        agenda.add(Job(now_s, 1, "fast", lambda: None, 0.2))
        if agenda.take(now_s).name == "slow":
            break
        rounds += 1

    assert rounds <= 9


def test_what_is_alike_comes_in_the_order_in_which_it_was_added():
    agenda = agenda_of(*[(name, 10.0, 1.0) for name in "abc"])

    assert list("abc") == taken(agenda, 10.0)


def test_the_next_instant_is_that_of_what_is_due_first():
    agenda = agenda_of(("a", 12.0, 0.0), ("b", 11.0, 5.0), ("c", 11.0, 9.0))

    assert 11.0 == agenda.next_due_s
    agenda.take(11.0)
    assert 11.0 == agenda.next_due_s
    agenda.take(11.0)
    assert 12.0 == agenda.next_due_s
    agenda.take(12.0)
    assert agenda.next_due_s is None


def test_a_job_that_comes_again_keeps_its_slack():
    [job] = [Job(1.0, 7, "a", lambda: None, 0.5)]

    assert job.again(2.0) == Job(2.0, 7, "a", job.run, 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_every_job_is_taken_once_and_by_the_rule(seed):
    draw = random.Random(seed)
    jobs = [(f"{n}", draw.uniform(0, 50), draw.choice([0.0, 0.2, 10.0])) for n in range(200)]
    deadlines = {name: due_s + slack_s for name, due_s, slack_s in jobs}
    dues = {name: due_s for name, due_s, _ in jobs}
    agenda, left = agenda_of(*jobs), dict(deadlines)

    now_s = 0.0
    while left:
        now_s += draw.uniform(0, 1)
        if (job := agenda.take(now_s)) is not None:
            due = [name for name in left if dues[name] <= now_s]
            assert job.name == min(due, key=left.__getitem__)
            del left[job.name]


def test_lateness_counts_from_when_a_job_was_due_not_from_its_deadline():
    clock = FakeClock()
    worker = LinkWorker("bus", clock)
    done = threading.Event()
    worker.add(clock.monotonic_s() - 1.5, done.set, slack_s=60.0)
    worker.start()

    assert done.wait(20)
    assert worker.stop(Deadline.after(clock, 20))
    assert 1.5 == worker.status().lateness_p50_s
