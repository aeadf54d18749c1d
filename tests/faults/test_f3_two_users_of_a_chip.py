"""F3: several sources use chips of one bus, one of which loses its settings all the time."""

import pytest
from faults.field_bed import arrived, chip, is_plausible, start, wait_for_values_of_each
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone


def test_no_user_of_a_bus_gets_what_another_asked_for(bench, row):
    users = [chip(f"u{number}", reset=0.02) for number in range(3)]
    start(bench, *users, chip("u3", device="bme280"), chip("u4", device="bme280"))

    wait_for_values_of_each(bench, [f"u{number}" for number in range(5)], row.pick(6, 2000))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    for number in range(5):
        values = [found for found in arrived(bench, f"u{number}") if found[0] != "pressure"]
        row.note(f"{len(values)} values, all plausible")
        assert all(is_plausible(*found) for found in values)
