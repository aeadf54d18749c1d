"""D7: a serial device takes nothing of what it is asked."""

import pytest
from faults.field_bed import start, table, wait_until_told
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone


def test_a_request_that_nobody_takes_is_given_up(bench, row, serial_device):
    request = '[{ send = "' + "?" * 20_000 + '\\n" }]'
    keys = {"format": "scpi", "interval": "1s", "request": request}
    start(bench, table("serial", "meter", port=serial_device.path, **keys))

    row.detected(wait_until_told(bench, "meter", "takes nothing within 2 s"))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
