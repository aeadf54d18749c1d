"""D3: lines come torn, with pauses in their middle, and without their beginning."""

import random

import pytest
from faults.field_bed import arrived, numbers_from, start, wait_for_value
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone


def test_no_part_of_a_line_is_taken_for_a_value(bench, row, serial_device):
    chance = random.Random(7)
    framing = '{ type = "lines", gap = "100ms" }'
    start(bench, numbers_from(serial_device, framing=framing))

    serial_device.send(b"4711\n")  # perhaps the end of a longer one
    for number in range(row.pick(300, 10_000)):
        line = b"%d\n" % (10_000_000 + number)
        cut = chance.randrange(1, len(line) - 1)
        serial_device.send(line[:cut])
        if number % 100 == 50:
            bench.run_for(0.3)  # longer than the gap: neither half is a number
        else:
            serial_device.sent.append(float(line))
        serial_device.send(line[cut:])
    serial_device.say_next()
    last = serial_device.say_next()
    wait_for_value(bench, "meter", last)

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    values = [value for _, value in arrived(bench, "meter")]
    row.note(f"{len(values)} whole lines")
    assert set(values) <= set(serial_device.sent)
