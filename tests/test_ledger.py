"""The ledger: every value is in exactly one place, and the sums say so."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from collector.ledger import DropCause, Ledger, RefusalReason


def only(ledger):
    [account] = ledger.accounts()
    return account


def test_an_accepted_value_is_pending_until_it_is_delivered_or_dropped():
    ledger = Ledger()
    ledger.accept("s", "a", 5)
    assert (5, 5) == (only(ledger).sampled, only(ledger).pending)

    ledger.deliver("s", "a", 3)
    ledger.drop("s", "a", DropCause.RING_FULL, 1)

    assert 1 == only(ledger).pending
    assert only(ledger).balances


def test_refused_and_filtered_values_count_as_sampled():
    ledger = Ledger()
    ledger.refuse("s", "a", RefusalReason.NOT_FINITE)
    ledger.filter("s", "a", "deadband", 2)

    assert 3 == only(ledger).sampled
    assert {"deadband": 2} == only(ledger).filtered
    assert only(ledger).balances


def test_what_a_transform_makes_counts_as_sampled_when_it_is_accepted():
    ledger = Ledger()
    ledger.make("s", "a", 2)
    ledger.accept("s", "a", 3)

    assert (3, 2, 3) == (only(ledger).sampled, only(ledger).made, only(ledger).accepted)
    assert only(ledger).balances


def test_earlier_runs_are_added_with_all_their_reasons():
    earlier, ledger = Ledger(), Ledger()
    for each in (earlier, ledger):
        each.filter("s", "a", "window", 2)
        each.make("s", "a", 1)

    ledger.restore(only(earlier))

    assert ({"window": 4}, 2, 4) == (only(ledger).filtered, only(ledger).made, only(ledger).sampled)


def test_more_delivered_than_accepted_does_not_balance():
    ledger = Ledger()
    ledger.deliver("s", "a", 1)

    assert not only(ledger).balances


def test_accounts_are_apart_by_source_and_sensor_and_in_order():
    ledger = Ledger()
    for source, sensor in (("t", "b"), ("s", "b"), ("s", "a")):
        ledger.accept(source, sensor, 1)

    assert [("s", "a"), ("s", "b"), ("t", "b")] == [
        (account.source, account.sensor) for account in ledger.accounts()
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["accept", "refuse", "filter", "deliver", "drop"]), st.integers(0, 9)
        )
    )
)
def test_whatever_is_counted_sampled_is_refused_and_filtered_and_accepted(steps):
    ledger = Ledger()
    for step, count in steps:
        pending = sum(account.pending for account in ledger.accounts())
        if step == "refuse":
            ledger.refuse("s", "a", RefusalReason.WRONG_TYPE, count)
        elif step == "filter":
            ledger.filter("s", "a", "range", count)
        elif step == "drop":
            ledger.drop("s", "a", DropCause.SHUTDOWN, min(count, pending))
        elif step == "deliver":
            ledger.deliver("s", "a", min(count, pending))
        else:
            getattr(ledger, step)("s", "a", count)

    assert all(account.balances for account in ledger.accounts())


def test_threads_count_beside_each_other_and_nothing_is_lost():
    ledger = Ledger()

    def work():
        for _ in range(2000):
            ledger.accept("s", "a", 1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 8000 == only(ledger).accepted
