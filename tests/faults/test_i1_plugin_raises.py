"""I1: a plugin raises at every call."""

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

PLACES = ("open", "read", "close")
ISOLATIONS = ("process", "thread")


def test_plugin_that_raises_is_tried_again_ever_later(bench, row):
    names = {f"{place} in a {where}": (place, where) for place in PLACES for where in ISOLATIONS}
    tables = [unruly(name, "raise", at=p, isolation=where) for name, (p, where) in names.items()]
    bench.start(row.pick(STEADY, STANDARD), tables="\n".join(tables))

    wait_until_all_are_named(bench, dict.fromkeys(names, "ZeroDivisionError|its device is gone"))
    bench.run_for(row.pick(2, 130))

    sources = [source_in(bench.collector.status(), name) for name in names]
    failures = [each["failures"] for each in sources]
    row.note(f"{max(failures)} attempts at most")
    assert {"failing"} == {each["state"] for each in sources}
    assert all(1 < number <= row.pick(6, 11) for number in failures)
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
