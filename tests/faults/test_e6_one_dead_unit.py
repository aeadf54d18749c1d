"""E6: one of ten Modbus units on a serial line never answers."""

import pytest
from faults.field_bed import (
    arrived,
    is_right,
    registers_from,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

DEAD, ALIVE = 5, (1, 2, 3, 4, 6, 7, 8, 9, 10)


def behave(request):
    return [] if request.unit_id == DEAD else [(0.0, request.right_answer())]


def test_the_others_keep_their_ticks_beside_a_dead_unit(bench, row, serial_device):
    serial_device.answer(behave)
    start(bench, registers_from(serial_device, *range(1, 11), interval="2s"))

    row.detected(wait_until_told(bench, f"u{DEAD}", "did not answer"))
    wait_for_values(bench, "u10", row.pick(6, 300))

    status = bench.collector.status()
    kept = [source_in(status, f"u{unit}") for unit in ALIVE]
    worst = max(each["missed_ticks"] for each in kept)
    ticks = min(each["reads"] for each in kept) + worst
    row.note(f"the worst of the others missed {worst} of {ticks} ticks")
    assert worst <= max(1, ticks * 0.05)
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert all(is_right("u1", *found) for found in arrived(bench, "u1"))
