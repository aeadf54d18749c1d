"""D8: a serial device talks as fast as the line takes it."""

import pytest
from faults.field_bed import numbers_from, start, wait_for_values
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

LINES = b"".join(b"%d\n" % number for number in range(10_000_000, 10_000_500))


def test_a_flood_is_bounded_and_costs_no_other_source_a_tick(bench, row, serial_device):
    start(bench, numbers_from(serial_device))

    serial_device.talk(lambda: serial_device.send(LINES))
    wait_for_values(bench, "meter", row.pick(1000, 100_000))

    assert_others_are_well(bench)
    serial_device.hush()
    account = next(a for a in bench.collector.status()["ledger"] if a["sensor"] == "meter")
    row.note(f"flood: {account['accepted']} accepted, dropped {account['dropped'] or 'none'}")
    assert account["balances"]
    assert {} == bench.finish(drain_s=None).dropped  # of the others; the flood has left much behind
