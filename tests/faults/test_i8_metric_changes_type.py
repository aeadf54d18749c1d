"""I8: a metric changes its type from reading to reading."""

import pytest
from faults.field_bed import arrived, start, table, wait_for_values
from faults.neighbours import assert_others_are_well

pytestmark = pytest.mark.alone

ODD = {"plugin": "odd", "what": "types", "interval": "100ms"}


def test_a_metric_that_changes_its_type_costs_no_other_metric(bench, row):
    start(bench, table(sensor="strange", **ODD))

    wait_for_values(bench, "strange", row.pick(20, 1000))

    account = next(a for a in bench.collector.status()["ledger"] if a["sensor"] == "strange")
    row.note(f"dropped {account['dropped'] or 'none'}, refused {account['refused'] or 'none'}")
    assert account["balances"]
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    good = sorted(value for metric, value in arrived(bench, "strange") if metric == "good")
    assert list(range(1, len(good) + 1)) == good
