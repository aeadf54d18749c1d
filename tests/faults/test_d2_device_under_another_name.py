"""D2: a serial device comes back as another port, and another device takes its old one."""

import pytest
from faults.field_bed import arrived, numbers_from, start, wait_for_values
from faults.neighbours import assert_others_are_well
from faults.serial_device import SerialDevice

pytestmark = pytest.mark.alone

FOREIGN = 90_000_000


def test_the_device_is_found_by_its_name_and_no_other_is_read(bench, row, serial_device, tmp_path):
    start(bench, numbers_from(serial_device))
    serial_device.talk()
    for number in range(row.pick(1, 10)):
        wait_for_values(bench, "meter", 10)
        serial_device.hush()
        serial_device.unplug()
        other = SerialDevice(tmp_path / f"another-{number}", first_value=FOREIGN)  # gets its port
        other.talk()
        serial_device.plug()
        serial_device.talk()
        wait_for_values(bench, "meter", 10)
        other.close()

    serial_device.hush()
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    values = {value for _, value in arrived(bench, "meter")}
    assert values <= set(serial_device.sent)
    assert max(values) < FOREIGN
