"""E2: frames of Modbus come with wrong checksums, behind noise, and short."""

from collections.abc import Callable
from random import Random

import pytest
from faults.field_bed import (
    assert_all_are_right,
    registers_from,
    start,
    wait_for_values_of_each,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well, source_in

ONE_IN = 8

pytestmark = pytest.mark.alone


class Damage:
    """Answers with a damaged frame now and then.

    Args:
        is_time: Whether it is, at a request.

    Attributes:
        done: How often it was.
    """

    def __init__(self, chance: Random, is_time: Callable[[], bool]) -> None:
        self.done = 0
        self._chance = chance
        self._is_time = is_time

    def __call__(self, request):
        frame = request.right_answer()
        if self._is_time():
            self.done += 1
            frame = self._harmed(frame)
        return [(0.0, frame)]

    def _harmed(self, frame: bytes) -> bytes:
        at = self._chance.randrange(1, len(frame))
        flipped = bytes([frame[at - 1] ^ 1 << self._chance.randrange(8)])
        ways = (
            frame[: at - 1] + flipped + frame[at:],
            self._chance.randbytes(at) + frame,
            frame[:at],
        )
        return self._chance.choice(ways)


def test_no_damaged_frame_makes_a_value(bench, row, serial_devices):
    chance = Random(7)
    devices = serial_devices(row.pick(1, 8))
    units = range(1, 2 * len(devices) + 1)
    for device in devices:
        device.answer(Damage(chance, lambda: chance.random() < 1 / ONE_IN))
    pairs = zip(devices, units[::2], strict=True)
    start(bench, *(registers_from(device, unit, unit + 1) for device, unit in pairs))

    row.detected(wait_until_told(bench, r"u\d+", "damaged"))
    wait_for_values_of_each(bench, [f"u{unit}" for unit in units], row.pick(6, 640))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert_all_are_right(bench, units)


def test_a_damaged_frame_costs_one_poll_alone(bench, row, serial_device):
    turns = iter(range(1, 1_000_000))
    damage = Damage(Random(7), lambda: next(turns) % ONE_IN == 0)
    serial_device.answer(damage)
    start(bench, registers_from(serial_device, 1))

    wait_for_values_of_each(bench, ["u1"], row.pick(12, 300))

    source = source_in(bench.collector.status(), "u1")
    row.note(f"{source['failures']} polls of {source['reads']} failed, of {damage.done} damages")
    assert damage.done
    assert source["failures"] <= damage.done  # some noise before a frame does not hide it
    assert {} == bench.finish().dropped
    assert_all_are_right(bench, [1])
