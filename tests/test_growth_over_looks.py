"""What the soak's figures are worth: a growth is found, and noise is not taken for one."""

from random import Random

import pytest
from faults.growth import growth


def test_steady_growth_is_told_exactly():
    found = growth([100 + 0.5 * number for number in range(400)])

    assert pytest.approx((0.5, 0.0), abs=1e-9) == (found.slope, found.margin)


@pytest.mark.parametrize("true_slope", [0.0, 0.2, 1.0])
def test_the_true_growth_lies_within_the_margin_in_nineteen_cases_of_twenty(true_slope):
    chance = Random(7)
    hits = 0
    for _ in range(500):
        found = growth([true_slope * n + chance.gauss(0, 300) for n in range(400)])
        hits += abs(found.slope - true_slope) <= found.margin

    assert 0.93 < hits / 500 < 0.97


def test_looks_that_are_alike_for_a_while_do_not_look_surer_than_they_are():
    chance = Random(7)
    hits = 0
    for _ in range(500):
        steps = [chance.gauss(0, 300) for _ in range(40)]
        found = growth([steps[n // 10] for n in range(400)])
        hits += abs(found.slope) <= found.margin

    assert 0.93 < hits / 500 < 0.97
