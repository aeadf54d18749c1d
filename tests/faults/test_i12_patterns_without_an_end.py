"""I12: a pattern of the configuration that never ends on some lines."""

import pytest
from faults.field_bed import arrived, start, table, wait_for_value
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

ENDLESS = [r"(?P<a>(x+x+)+y)", r"(?P<a>(a|aa)+$)", r"(?P<a>(.*)*z)"]
SLOWEST = r"^T=(?P<value>\\d+)[^!]*!"
"""What is let through may still walk through a line for every one of its characters."""


def test_no_pattern_keeps_others_from_their_ticks(bench, row, serial_device):
    keys = {"format": "regex", "interval": "1s", "port": serial_device.path}
    start(bench, table("serial", "meter", pattern=SLOWEST, **keys))
    for _ in range(row.pick(20, 1000)):
        serial_device.send(b"T=1" + b"." * 4000 + b"\n")
    serial_device.send(b"T=7!\n" * 3)
    wait_for_value(bench, "meter", 7.0)

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert {7.0} == {value for _, value in arrived(bench, "meter")}


def test_an_endless_pattern_is_refused(bench, row, serial_device):
    bench.start_agent()
    keys = {"format": "regex", "interval": "1s", "port": serial_device.path}
    tables = [table("serial", f"s{n}", pattern=each, **keys) for n, each in enumerate(ENDLESS)]
    bench.configure(bench.load, tables="\n".join(tables))

    code, _, complaints = bench.ask("check")

    assert 78 == code
    assert len(ENDLESS) == sum(": pattern: " in line for line in complaints.splitlines())
