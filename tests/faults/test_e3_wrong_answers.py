"""E3: a unit answers for another, with another function, and with every exception."""

from itertools import count

import pytest
from faults.field_bed import (
    assert_all_are_right,
    registers_from,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well, source_in
from modbus_units import frame, words_pdu

pytestmark = pytest.mark.alone


class Liar:
    """Unit 2 answers in every wrong way in turn; unit 1 is honest."""

    def __init__(self) -> None:
        self._turn = count()

    def __call__(self, request):
        if request.unit_id == 1:
            return [(0.0, request.right_answer())]
        turn = next(self._turn) % 13
        if turn == 0:
            return [(0.0, frame(9, words_pdu(3, [666] * request.count)))]
        if turn == 1:
            return [(0.0, frame(2, words_pdu(4, [666] * request.count)))]
        return [(0.0, frame(2, bytes((request.function | 0x80, turn - 1))))]


def test_a_unit_that_answers_wrongly_is_told_and_the_other_is_unaffected(bench, row, serial_device):
    serial_device.answer(Liar())
    start(bench, registers_from(serial_device, 1, 2))

    row.detected(wait_until_told(bench, "u2", "exception|sound answer|another"))
    wait_until_told(bench, "u2", r"exception \d+ \(")
    wait_for_values(bench, "u1", row.pick(9, 500))

    well = source_in(bench.collector.status(), "u1")
    row.note(f"the other: {well['reads']} reads, {well['missed_ticks']} ticks missed")
    assert ("ok", 0) == (well["state"], well["failures"])
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert_all_are_right(bench, [1, 2])
