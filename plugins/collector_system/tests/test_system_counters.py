import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_system.counters import Counters

_MAX_32 = 2**32


@pytest.fixture
def counters():
    return Counters()


def test_the_first_look_gives_no_rate(counters):
    assert counters.rates("eth0", {"bytes": 5000}, 10.0) == {}


def test_a_rate_is_growth_by_time(counters):
    counters.rates("eth0", {"bytes": 5000, "packets": 10}, 10.0)

    rates = counters.rates("eth0", {"bytes": 9000, "packets": 12}, 14.0)

    assert rates == {"bytes": 1000.0, "packets": 0.5}


def test_a_counter_that_stands_still_has_rate_zero(counters):
    counters.rates("eth0", {"bytes": 5000}, 10.0)

    assert counters.rates("eth0", {"bytes": 5000}, 11.0) == {"bytes": 0.0}


def test_a_look_too_soon_gives_nothing_and_leaves_the_baseline(counters):
    counters.rates("eth0", {"bytes": 0}, 10.0)

    too_soon = counters.rates("eth0", {"bytes": 300}, 10.4)
    later = counters.rates("eth0", {"bytes": 1000}, 11.0)

    assert too_soon == {}
    assert later == {"bytes": 1000.0}


def test_a_32_bit_wrap_of_one_counter_goes_on_counting(counters):
    counters.rates("eth0", {"bytes": _MAX_32 - 1000, "packets": 100}, 0.0)

    rates = counters.rates("eth0", {"bytes": 500, "packets": 102}, 1.0)

    assert rates == {"bytes": 1500.0, "packets": 2.0}


def test_a_64_bit_wrap_goes_on_counting(counters):
    counters.rates("eth0", {"bytes": 2**64 - 1000}, 0.0)

    assert counters.rates("eth0", {"bytes": 500}, 1.0) == {"bytes": 1500.0}


def test_a_restart_gives_no_rate_once(counters):
    counters.rates("eth0", {"bytes": 3_900_000_000, "packets": 4000}, 0.0)

    at_the_restart = counters.rates("eth0", {"bytes": 700, "packets": 3}, 1.0)
    after_it = counters.rates("eth0", {"bytes": 1700, "packets": 5}, 2.0)

    assert at_the_restart == {}
    assert after_it == {"bytes": 1000.0, "packets": 2.0}


def test_a_restart_of_a_single_small_counter_is_no_wrap(counters):
    counters.rates("eth0", {"bytes": 1_000_000}, 0.0)

    assert counters.rates("eth0", {"bytes": 10}, 1.0) == {}


def test_large_counters_that_fall_together_have_restarted_and_not_wrapped(counters):
    counters.rates("eth0", {"received": 4_200_000_000, "sent": 4_100_000_000}, 0.0)

    assert counters.rates("eth0", {"received": 10, "sent": 20}, 1.0) == {}


def test_an_object_that_was_gone_starts_afresh(counters):
    counters.rates("sda", {"reads": 10}, 0.0)
    counters.keep_only({"sdb"})

    assert counters.rates("sda", {"reads": 50}, 100.0) == {}


def test_objects_are_told_apart(counters):
    counters.rates("eth0", {"bytes": 0}, 0.0)
    counters.rates("eth1", {"bytes": 100}, 0.0)

    assert counters.rates("eth1", {"bytes": 300}, 2.0) == {"bytes": 100.0}


def test_a_counter_that_is_new_has_no_rate_yet(counters):
    counters.rates("cpu", {"some": 5}, 0.0)

    assert counters.rates("cpu", {"some": 6, "full": 2}, 1.0) == {"some": 1.0}


@given(
    st.sampled_from([2**32, 2**64]),
    st.integers(0, 2**31 - 1),
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=20),
)
def test_whatever_wraps_every_step_is_counted_right(width, below_the_top, steps):
    counters, count = Counters(), width - 1 - below_the_top
    counters.rates("eth0", {"bytes": count}, 0.0)

    for second, step in enumerate(steps, start=1):
        count = (count + step) % width
        # Beyond its first wrap a 64-bit counter is small, and could as well have 32 bits.
        assert counters.rates("eth0", {"bytes": count}, float(second)) == {"bytes": float(step)}


@given(
    st.lists(
        st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.floats(0.0, 100.0)),
        max_size=30,
    )
)
def test_no_rate_is_ever_negative(looks):
    counters, at_s = Counters(), 0.0

    for received, sent, pause_s in looks:
        at_s += pause_s
        rates = counters.rates("eth0", {"received": received, "sent": sent}, at_s)
        assert all(rate >= 0.0 for rate in rates.values())


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1), st.data())
def test_counters_that_fall_together_never_give_a_rate(received, sent, data):
    counters = Counters()
    counters.rates("eth0", {"received": received, "sent": sent}, 0.0)
    after = {
        "received": data.draw(st.integers(0, received - 1)),
        "sent": data.draw(st.integers(0, sent - 1)),
    }

    assert counters.rates("eth0", after, 1.0) == {}
