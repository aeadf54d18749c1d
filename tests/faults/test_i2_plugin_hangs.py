"""I2: a plugin hangs, where it can be interrupted and where nothing can."""

import pytest
from faults.fault_load import STANDARD
from faults.neighbours import STEADY, assert_others_are_well, unruly, wait_until_all_are_named

pytestmark = pytest.mark.alone

HUNG = r"did not come back within 2\.3 s"


def test_plugin_that_hangs_is_ended_and_delays_nobody(bench, row):
    tables = [unruly("sleeps", "sleep"), unruly("spins", "spin")]
    bench.start(row.pick(STEADY, STANDARD), tables="\n".join(tables))

    wait_until_all_are_named(bench, {"sleeps": HUNG, "spins": HUNG})
    bench.run_for(row.pick(0, 60))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped  # and stops within its ten seconds while they hang
