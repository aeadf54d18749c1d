"""F2: an I2C bus is held, or so slow that every transfer takes a second."""

import pytest
from faults.field_bed import chip, start, wait_for_values, wait_until_told
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone


def test_a_bus_that_hangs_costs_no_other_bus_a_tick(bench, row):
    held = {"slow": "1s", "nack": 1.0, "errno": "ETIMEDOUT"}
    start(bench, chip("held", bus=1, **held), chip("slow", bus=2, slow="1s"), chip("well", bus=3))

    row.detected(wait_until_told(bench, "held", "ETIMEDOUT|held"))
    wait_for_values(bench, "well", row.pick(20, 1000))

    well = source_in(bench.collector.status(), "well")
    row.note(f"a third bus: {well['reads']} reads, {well['missed_ticks']} ticks missed")
    assert 0 == well["failures"]
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
