"""D5: another program holds the port, and another one wants it."""

import fcntl
import os

import pytest
from faults.field_bed import numbers_from, start, wait_for_values, wait_until_told
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone


def test_the_holder_is_named_and_the_second_is_refused(bench, row, serial_device):
    held = os.open(serial_device.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(held, fcntl.LOCK_EX)
    start(bench, numbers_from(serial_device))

    row.detected(wait_until_told(bench, "meter", rf"is held by .*\b{os.getpid()}\b"))
    os.close(held)
    serial_device.talk()
    wait_for_values(bench, "meter", 5)
    code, output, complaints = bench.ask("test", "meter")

    assert 0 != code
    assert f"{bench.collector.process.pid}" in output + complaints
    serial_device.hush()
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
