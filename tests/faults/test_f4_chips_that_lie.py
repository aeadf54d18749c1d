"""F4: a chip answers with wrong checksums, never finishes, was reset, or is another one."""

import pytest
from faults.field_bed import (
    arrived,
    chip,
    is_plausible,
    largest_step,
    start,
    wait_for_values_of_each,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

SMALL_STEP = 0.5


def test_no_lie_of_a_chip_becomes_a_value(bench, row):
    start(
        bench,
        chip("damaged", bus=1, crc=0.3),
        chip("reset", bus=2, device="bme280", reset=0.1),
        chip("stuck", bus=3, device="bme280", not_ready=True),
        chip("another", bus=4, device="bme280", wrong_id=True),
    )

    for name in ("stuck", "another"):
        row.detected(wait_until_told(bench, name, "."))
    wait_for_values_of_each(bench, ["damaged", "reset"], row.pick(10, 1000))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    for name in ("damaged", "reset"):
        values = [found for found in arrived(bench, name) if found[0] != "pressure"]
        row.note(f"{name}: {len(values)} values, all plausible")
        assert largest_step(bench, name) < SMALL_STEP  # a chip that was reset tells a mean value
        assert [] == [found for found in values if not is_plausible(*found)]
    assert not arrived(bench, "stuck")
    assert not arrived(bench, "another")
