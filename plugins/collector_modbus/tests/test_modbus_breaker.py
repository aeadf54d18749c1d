"""Dead units get a set share of the link's time, and no more; the living lose next to nothing."""

import pytest

from collector.testkit.clock import FakeClock
from collector_modbus.bus.breaker import LONGEST_PAUSE_ALONE_S, Breaker


def make(*unit_ids, share=0.04):
    clock = FakeClock()
    breaker = Breaker(share, clock)
    for unit_id in unit_ids:
        breaker.join(unit_id)
    return breaker, clock


def test_a_single_missing_answer_costs_no_pause():
    breaker, _ = make(1, 2)

    breaker.failed(1, 2.0)

    assert breaker.wait_s(1) == 0.0


def test_a_unit_that_stays_silent_is_left_alone_for_its_cost_divided_by_the_share():
    breaker, _ = make(1, 2)

    breaker.failed(1, 2.0)
    breaker.failed(1, 2.0)

    assert breaker.wait_s(1) == pytest.approx(50.0)


def test_several_dead_units_share_the_share():
    breaker, _ = make(1, 2, 3)
    for unit_id in (1, 2):
        breaker.failed(unit_id, 2.0)
        breaker.failed(unit_id, 2.0)

    assert breaker.wait_s(1) == pytest.approx(100.0)


def test_where_nobody_answers_each_is_tried_every_few_seconds():
    breaker, _ = make(1, 2)
    for unit_id in (1, 2):
        breaker.failed(unit_id, 2.0)
        breaker.failed(unit_id, 2.0)

    assert breaker.wait_s(1) == LONGEST_PAUSE_ALONE_S


def test_the_first_answer_after_a_dead_link_lets_all_try_at_once():
    breaker, _ = make(1, 2)
    for unit_id in (1, 2):
        breaker.failed(unit_id, 2.0)
        breaker.failed(unit_id, 2.0)

    breaker.answered(1)

    assert breaker.wait_s(2) == 0.0


def test_the_pause_ends_with_time():
    breaker, clock = make(1, 2)
    breaker.failed(1, 2.0)
    breaker.failed(1, 2.0)

    clock.advance(50.0)

    assert breaker.wait_s(1) == 0.0


def test_an_answer_ends_the_pause_of_its_unit():
    breaker, _ = make(1, 2)
    breaker.failed(1, 2.0)
    breaker.failed(1, 2.0)

    breaker.answered(1)

    assert breaker.wait_s(1) == 0.0


@pytest.mark.parametrize("dead", [1, 2, 20])
def test_over_a_long_time_dead_units_use_no_more_than_the_share(dead):
    breaker, clock = make(*range(dead + 1), share=0.04)
    began_s, dead_s = clock.monotonic_s(), 0.0
    while clock.monotonic_s() - began_s < 7200:
        breaker.answered(0)
        for unit_id in range(1, dead + 1):
            if not breaker.wait_s(unit_id):
                breaker.failed(unit_id, 2.0)
                dead_s += 2.0
                clock.advance(2.0)
        clock.advance(1.0)

    assert 0.02 < dead_s / 7200 < 0.055
