"""D4: noise of every kind, and a megabyte without a line's end."""

import random

import pytest
from faults.field_bed import arrived, numbers_from, start, wait_for_value, wait_until_told
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

GROWN_KIB = 1024


def test_noise_is_counted_and_takes_no_memory(bench, row, serial_device):
    chance = random.Random(7)
    start(bench, numbers_from(serial_device))
    serial_device.send(b"\n")
    serial_device.say_next()
    before_kib = bench.rss_kib()

    for _ in range(row.pick(30, 1000)):
        serial_device.send(b"~" + chance.randbytes(4096).translate(None, b"0123456789") + b"\0\n")
    serial_device.send(b"x" * 1_000_000 + b"\n")
    serial_device.say_next()
    last = serial_device.say_next()
    row.detected(wait_until_told(bench, "meter", "damaged"))
    wait_for_value(bench, "meter", last)

    grown_kib = bench.rss_kib() - before_kib
    row.note(f"{grown_kib} KiB more memory")
    assert grown_kib < GROWN_KIB
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert {value for _, value in arrived(bench, "meter")} <= set(serial_device.sent)
