"""F1: transfers with a chip fail, with every error that the kernel has, rarely to always."""

import pytest
from faults.field_bed import arrived, chip, is_plausible, start, wait_for_values, wait_until_told
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

ERRORS = {"EREMOTEIO": 0.05, "EIO": 0.05, "ETIMEDOUT": 0.03, "EBUSY": 0.1, "ENODEV": 0.03}


def test_a_failing_transfer_is_a_gap_and_told_per_chip(bench, row):
    flaky = {name.lower(): (bus, name) for bus, name in enumerate(ERRORS, 1)}
    tables = [chip(n, bus=bus, nack=ERRORS[e], errno=e) for n, (bus, e) in flaky.items()]
    start(bench, chip("well", bus=8), chip("gone", bus=9, nack=1.0), *tables)

    row.detected(wait_until_told(bench, "gone", "0x44"))
    for name in ("well", *flaky):
        wait_for_values(bench, name, row.pick(3, 1000))

    assert "ok" != source_in(bench.collector.status(), "gone")["state"]
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    for name in ("well", *flaky):
        values = arrived(bench, name)
        assert all(is_plausible(*found) for found in values), name
    assert not arrived(bench, "gone")
