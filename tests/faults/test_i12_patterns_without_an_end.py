"""I12: patterns of the configuration that never end on some lines, or take as long as is let."""

from itertools import pairwise

import pytest
from faults.fault_load import Load
from faults.field_bed import arrived, table, wait_for_value
from faults.ledger_oracle import given_in

pytestmark = pytest.mark.alone

ENDLESS = [
    r"(?P<a>(x+x+)+y)", r"(?P<a>(a|aa)+$)", r"(?P<a>(.*)*z)", r"(?P<a>(\\w+\\s?)*)$",
    r"(?:\\s*,?\\s*)*(?P<a>\\d)", r"(?P<a>.*)x.*y.*z$",
]  # fmt: skip
SLOW = {
    r"^T=(?P<value>\\d+)[^!]*!": (b"T=1" + b"." * 1700, b"T=7!"),
    r"^\\s*(?P<value>\\d+\\.?\\d*)\\s*$": (b"1" * 1700 + b"!", b"7"),
    r"(?P<value>\\d+) (?P<other>\\d+)$": (b"1" * 1700, b"7 7"),
}
"""By what is let through: a line that takes it as long as any can, and one that it takes a 7 of."""

QUICK = Load(sensors=4, metrics=2, interval="100ms")
LONGEST_GAP_S = 1.0


def tables_of(patterns, devices):
    keys = {"format": "regex", "interval": "1s"}
    return "".join(
        table("serial", f"meter{n}", pattern=pattern, port=device.path, **keys)
        for n, (pattern, device) in enumerate(zip(patterns, devices, strict=True))
    )


def largest_gap_s(bench):
    """Return the longest time between two readings of any recorded source."""
    times = {}
    for each in given_in(bench.record):
        times.setdefault(each.sensor, []).append(each.boottime_ms)
    return max(b - a for of_one in times.values() for a, b in pairwise(of_one)) / 1000


def test_no_pattern_keeps_others_from_their_ticks(bench, row, serial_devices):
    devices = serial_devices(len(SLOW))
    bench.others = frozenset(f"meter{n}" for n in range(len(SLOW)))
    bench.start(QUICK, tables=tables_of(SLOW, devices))
    for device, (worst, _) in zip(devices, SLOW.values(), strict=True):
        device.talk(lambda device=device, worst=worst: device.send(worst + b"\n"))
    bench.run_for(row.pick(3, 120))
    for number, (device, (_, good)) in enumerate(zip(devices, SLOW.values(), strict=True)):
        device.hush()
        device.send(b"\n" + good + b"\n" + good + b"\n")
        wait_for_value(bench, f"meter{number}", 7.0)

    gap_s, status = largest_gap_s(bench), bench.collector.status()
    row.note(f"{gap_s:.2f} s at most between two readings that are 0.1 s apart")
    assert gap_s < LONGEST_GAP_S
    recorded = [each for each in status["sources"] if each["plugin"] == "recorded"]
    assert 0 == sum(each["failures"] for each in recorded)
    assert {} == bench.finish().dropped
    for number in range(len(SLOW)):
        assert {7.0} == {value for _, value in arrived(bench, f"meter{number}")}


def test_an_endless_pattern_is_refused(bench, row, serial_devices):
    bench.start_agent()
    tables = tables_of(ENDLESS, serial_devices(len(ENDLESS)))
    bench.configure(bench.load, tables=tables)

    code, _, complaints = bench.ask("check")

    assert 78 == code
    assert len(ENDLESS) == sum(": pattern: " in line for line in complaints.splitlines())
