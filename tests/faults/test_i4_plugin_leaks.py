"""I4: a plugin leaks memory, threads or files."""

import pytest
from faults.fault_load import STANDARD
from faults.neighbours import (
    STEADY,
    assert_others_are_well,
    source_in,
    unruly,
    wait_until_all_are_named,
)

pytestmark = pytest.mark.alone

LEAKS = {
    "memory": r"MiB of memory more than at its start: 64 MiB are allowed",
    "threads": r"can't start new thread|has \d+ threads: 64 are allowed",
    "files": r"Too many open files|it failed 3 times in a row",
}
ALLOWED_MEBIBYTES = 64


def test_plugin_that_leaks_is_ended_alone(bench, row):
    tables = [unruly(kind, f"leak {kind}", mebibytes=16) for kind in LEAKS]
    bench.start(row.pick(STEADY, STANDARD), tables="\n".join(tables))

    wait_until_all_are_named(bench, LEAKS)

    assert all(source_in(bench.collector.status(), kind)["failures"] for kind in LEAKS)
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped


def test_leak_of_a_mebibyte_each_second_is_ended_within_its_limit(bench, row):
    load, interval_s = row.pick((STEADY, 0.05), (STANDARD, 1.0))
    allowed_s = ALLOWED_MEBIBYTES * interval_s
    bench.start(load, tables=unruly("slow", "leak memory", interval=f"{interval_s}s"))
    bench.run_for(row.pick(0, allowed_s))

    wait_until_all_are_named(bench, {"slow": LEAKS["memory"]}, begins_s=allowed_s)

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
