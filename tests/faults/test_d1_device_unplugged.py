"""D1: a serial device is unplugged while it talks, and comes back."""

import pytest
from faults.field_bed import (
    arrived,
    numbers_from,
    start,
    wait_for_value,
    wait_for_values,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

TOLD_WITHIN_S, BACK_WITHIN_S = 2.0, 3.0


def test_device_that_is_unplugged_is_told_and_read_again(bench, row, serial_device):
    start(bench, numbers_from(serial_device))
    serial_device.talk()
    for _ in range(row.pick(1, 10)):
        wait_for_values(bench, "meter", 20)
        serial_device.hush()
        wait_for_value(bench, "meter", serial_device.sent[-1])  # nothing before it is lost
        serial_device.unplug()
        detected_s = wait_until_told(bench, "meter", "unplugged|no such")
        row.detected(detected_s)
        assert detected_s <= TOLD_WITHIN_S

        serial_device.plug()
        serial_device.talk()
        recovered_s = bench.seconds_until(_is_ok, "it is read again")
        row.recovered(recovered_s)
        assert recovered_s <= BACK_WITHIN_S
        wait_for_values(bench, "meter", 5)

    serial_device.hush()
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    values = {value for _, value in arrived(bench, "meter")}
    assert values <= set(serial_device.sent)
    row.note(f"{len(serial_device.sent) - len(values)} of {len(serial_device.sent)} lines unread")


def _is_ok(status):
    return next(each for each in status["sources"] if each["name"] == "meter")["state"] == "ok"
