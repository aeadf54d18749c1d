"""E1: Modbus answers on a serial line come later than they are waited for."""

from random import Random

import pytest
from faults.field_bed import (
    arrived,
    is_right,
    registers_from,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone


def test_no_late_answer_is_taken_for_another_value(bench, row, serial_device):
    chance = Random(7)
    serial_device.answer(lambda request: [(chance.uniform(0.0, 0.27), request.right_answer())])
    start(bench, registers_from(serial_device, 1, 2))

    row.detected(wait_until_told(bench, "u[12]", "answers late .* raise response_timeout"))
    for sensor in ("u1", "u2"):
        wait_for_values(bench, sensor, row.pick(3, 5000))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    values = [(s, *found) for s in ("u1", "u2") for found in arrived(bench, s).elements()]
    row.note(f"{len(values)} values, all right")
    assert all(is_right(*each) for each in values)
