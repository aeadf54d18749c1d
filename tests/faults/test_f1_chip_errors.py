"""F1: transfers with a chip fail, with every error that the kernel has, rarely to always."""

import re

import pytest
from faults.field_bed import (
    arrived,
    chip,
    is_plausible,
    start,
    wait_for_values_of_each,
    wait_until_told,
)
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

ERRORS = {"EREMOTEIO": 0.05, "EIO": 0.05, "ETIMEDOUT": 0.01, "EBUSY": 0.4, "ENODEV": 0.01}
MOST_RETRIES = 2
TRIED_AGAIN = re.compile(r"(\d+) transfers or readings had to be tried again")


def retries_of(source):
    """Return how many transfers a source has made again, as it tells."""
    return sum(int(found[1]) for note in source["notes"] if (found := TRIED_AGAIN.search(note)))


def test_a_failing_transfer_is_a_gap_and_told_per_chip(bench, row):
    flaky = {name.lower(): (bus, name) for bus, name in enumerate(ERRORS, 1)}
    tables = [chip(n, bus=bus, nack=ERRORS[e], errno=e) for n, (bus, e) in flaky.items()]
    start(bench, chip("well", bus=8), chip("gone", bus=9, nack=1.0), *tables)

    row.detected(wait_until_told(bench, "gone", "0x44"))
    wait_for_values_of_each(bench, ["well", *flaky], row.pick(3, 1000))

    status = bench.collector.status()
    sources = [source_in(status, name) for name in ("well", "gone", *flaky)]
    again, reads = sum(map(retries_of, sources)), sum(each["reads"] for each in sources)
    row.note(f"{again} transfers tried again in {reads} readings")
    assert "ok" != source_in(status, "gone")["state"]
    assert all(retries_of(each) <= MOST_RETRIES * each["reads"] for each in sources)
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    for name in ("well", *flaky):
        values = arrived(bench, name)
        assert all(is_plausible(*found) for found in values), name
    assert not arrived(bench, "gone")
