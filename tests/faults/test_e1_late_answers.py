"""E1: Modbus answers on serial lines come later than they are waited for."""

from random import Random

import pytest
from faults.field_bed import (
    assert_all_are_right,
    registers_from,
    start,
    wait_for_values_of_each,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

LATE_S = (0.0, 0.23)
OFTEN_LATE_S = (0.0, 0.6)
ALWAYS_LATE_S = (0.25, 0.25)
"""Between these, where an answer is waited for 0.2 s."""

SHORT = ((LATE_S, (1, 2)),)
STATED = (
    *((LATE_S, (n, n + 1)) for n in range(1, 21, 2)),
    (OFTEN_LATE_S, (21, 22)),
    (ALWAYS_LATE_S, (23, 24)),
)
"""By line: when it answers, and its units."""


def late_by(chance, bounds):
    return lambda request: [(chance.uniform(*bounds), request.right_answer())]


def test_no_late_answer_is_taken_for_another_value(bench, row, serial_devices):
    lines = row.pick(SHORT, STATED)
    devices = serial_devices(len(lines))
    tables = []
    for number, (device, (bounds, units)) in enumerate(zip(devices, lines, strict=True)):
        device.answer(late_by(Random(number), bounds))
        tables.append(registers_from(device, *units))
    start(bench, *tables)

    row.detected(wait_until_told(bench, r"u\d+", "answers late .* raise response_timeout"))
    some = [f"u{unit}" for bounds, units in lines for unit in units if bounds == LATE_S]
    wait_for_values_of_each(bench, some, row.pick(3, 500))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert_all_are_right(bench, [unit for _, units in lines for unit in units])
