"""Isolated sources that leave and come, as at a reload, and the workers that hold them."""

from isolation_bed import pid_of
from running import is_alive, wait_until


def test_a_worker_ends_with_the_last_source_that_it_holds(bed):
    one, two = bed.opened("one", bus="b"), bed.opened("two", bus="b")
    bed.workers.end_unused()
    pid = pid_of(one)
    assert pid == pid_of(two)

    one.close()
    bed.workers.release("one")
    assert pid == pid_of(two)

    two.close()
    bed.workers.release("two")
    wait_until(lambda: not is_alive(pid), "the worker has ended")


def test_a_source_in_the_place_of_another_runs_in_the_worker_of_their_link(bed):
    one, two = bed.opened("one", bus="b"), bed.opened("two", bus="b")
    bed.workers.end_unused()
    pid = pid_of(two)

    one.close()
    bed.workers.release("one")
    new = bed.opened("one", bus="b")
    bed.workers.end_unused()

    assert [pid, pid] == [pid_of(new), pid_of(two)]


def test_a_source_alone_gets_a_new_worker_when_it_is_changed(bed):
    before = bed.opened("one")
    bed.workers.end_unused()
    pid = pid_of(before)

    before.close()
    bed.workers.release("one")
    after = bed.opened("one")
    bed.workers.end_unused()

    assert pid != pid_of(after)
    wait_until(lambda: not is_alive(pid), "the worker before has ended")


def test_nothing_is_let_go_of_twice(bed):
    bed.opened("one")
    bed.workers.end_unused()

    bed.workers.release("one")
    bed.workers.release("one")
    bed.workers.release("never there")
