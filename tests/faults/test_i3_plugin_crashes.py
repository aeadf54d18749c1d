"""I3: a plugin crashes, leaves, or writes where it should not."""

import pytest
from faults.fault_load import STANDARD
from faults.neighbours import (
    STEADY,
    assert_others_are_well,
    source_in,
    unruly,
    wait_until_all_are_named,
)
from running import wait_until

pytestmark = pytest.mark.alone

ENDS = {
    "crash": r"its process was killed by SIGSEGV in read\(\)",
    "leave": r"its process left with exit code 0 in read\(\)",
    "exit": r"read\(\) failed at unruly_source.py:\d+: SystemExit",
}


def test_plugin_that_crashes_or_leaves_takes_nobody_with_it(bench, row):
    tables = [unruly(fault, fault) for fault in (*ENDS, "write")]
    bench.start(row.pick(STEADY, STANDARD), tables="\n".join(tables))

    wait_until_all_are_named(bench, ENDS)
    bench.run_for(row.pick(0, 60))

    status = bench.collector.status()
    assert all(source_in(status, fault)["failures"] for fault in ENDS)
    assert 0 == source_in(status, "write")["failures"]
    wait_until(lambda: "more lines" in bench.collector.complaints, "the flood of lines is counted")
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
