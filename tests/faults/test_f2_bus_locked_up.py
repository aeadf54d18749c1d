"""F2: an I2C bus is held, or so slow that every transfer takes a second."""

import pytest
from faults.field_bed import chip, start, wait_for_values, wait_until_told
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

MOST_ASKED = 9
"""In two minutes, as the pauses grow: 1, 2, 4 ... 60 s."""


def test_a_bus_that_hangs_costs_no_other_bus_a_tick(bench, row):
    held = {"slow": "1s", "nack": 1.0, "errno": "ETIMEDOUT"}
    start(bench, chip("held", bus=1, **held), chip("slow", bus=2, slow="1s"), chip("well", bus=3))

    row.detected(wait_until_told(bench, "held", "does not come free: .* i2c-gpio .*ETIMEDOUT"))
    wait_for_values(bench, "well", row.pick(20, 1000))

    status = bench.collector.status()
    well, held = source_in(status, "well"), source_in(status, "held")
    row.note(f"the held bus was asked {held['failures']} times in {status['uptime_s']:.0f} s")
    assert held["failures"] <= MOST_ASKED
    row.note(f"a third bus: {well['reads']} reads, {well['missed_ticks']} ticks missed")
    assert 0 == well["failures"]
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
