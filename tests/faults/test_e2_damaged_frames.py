"""E2: frames of Modbus come with wrong checksums, behind noise, and short."""

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


def damaged(chance: Random, frame: bytes) -> bytes:
    at = chance.randrange(1, len(frame))
    kind = chance.randrange(12)
    if kind == 0:
        return frame[: at - 1] + bytes([frame[at - 1] ^ 1 << chance.randrange(8)]) + frame[at:]
    if kind == 1:
        return chance.randbytes(at) + frame
    return frame[:at] if kind == 2 else frame


def test_no_damaged_frame_makes_a_value(bench, row, serial_device):
    chance = Random(7)
    serial_device.answer(lambda request: [(0.0, damaged(chance, request.right_answer()))])
    start(bench, registers_from(serial_device, 1, 2))

    row.detected(wait_until_told(bench, "u[12]", "damaged"))
    for sensor in ("u1", "u2"):
        wait_for_values(bench, sensor, row.pick(6, 5000))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    values = [(s, *found) for s in ("u1", "u2") for found in arrived(bench, s).elements()]
    row.note(f"{len(values)} values, all right")
    assert all(is_right(*each) for each in values)
