"""D6: a serial device stops talking and stays plugged in."""

import pytest
from faults.field_bed import numbers_from, start, wait_for_values
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

TOLD_WITHIN_S = 5.0
"""Three intervals of a second, up to one more until it is looked at, and one for the asking."""


def test_silence_is_told_after_three_intervals_and_holds_up_no_stop(bench, row, serial_device):
    start(bench, numbers_from(serial_device))
    serial_device.talk()
    wait_for_values(bench, "meter", 5)

    serial_device.hush()
    detected_s = bench.seconds_until(
        lambda status: source_in(status, "meter")["state"] != "ok", "it is told"
    )

    row.detected(detected_s)
    assert detected_s <= TOLD_WITHIN_S
    status = bench.collector.status()
    row.note(f"{source_in(status, 'meter')['state']}: {source_in(status, 'meter')['message']}")
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
