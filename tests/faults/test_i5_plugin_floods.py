"""I5: a plugin gives as many readings as it can."""

import time

import pytest
from faults.fault_load import STANDARD
from faults.neighbours import STEADY, assert_others_are_well, wait_until_all_are_named

pytestmark = pytest.mark.alone

FLOOD = '[[source]]\nplugin = "unruly-talker"\nsensor = "flood"\n'


def test_plugin_that_floods_loses_its_own_alone(bench, row):
    bench.others = frozenset({"flood"})
    bench.start(row.pick(STEADY, STANDARD), tables=FLOOD)
    before, began_s = account_of(bench)["sampled"], time.monotonic()

    wait_until_all_are_named(bench, {"flood": "values came faster than they can be taken"})
    bench.run_for(row.pick(3, 60))

    account = account_of(bench)
    offered = (account["sampled"] - before) / (time.monotonic() - began_s)
    row.note(f"{offered:.0f} readings offered per second")
    row.note(f"{account['refused']['too_many']} of the flood refused")
    assert 0 < account["refused"]["too_many"] < account["sampled"]
    assert_others_are_well(bench)
    assert {} == bench.finish(drain_s=None).dropped  # which goes on to the end


def account_of(bench):
    [account] = [each for each in bench.collector.status()["ledger"] if each["source"] == "flood"]
    return account
