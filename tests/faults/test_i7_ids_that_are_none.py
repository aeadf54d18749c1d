"""I7: ids of sensors and metrics that are none, and would lead into topics of others."""

import pytest
from faults.field_bed import arrived, start, table, wait_for_values
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

ODD = {"plugin": "odd", "what": "ids", "interval": "100ms"}
SENSORS = ["a/b", "+", "#", "", "é", "x" * 33, "create", "a\\u0000b"]


def test_ids_that_are_none_reach_no_topic(bench, row):
    start(bench, table(sensor="strange", **ODD))
    wait_for_values(bench, "strange", row.pick(20, 1000))

    source = source_in(bench.collector.status(), "strange")
    row.note(f"{source['refused']} of {source['reads']} refused")
    assert source["refused"] > 0
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    assert {"good"} == {metric for metric, _ in arrived(bench, "strange")}

    bench.configure(bench.load, tables="".join(table(sensor=each, **ODD) for each in SENSORS))
    code, _, complaints = bench.ask("check")
    assert 78 == code
    assert len(SENSORS) == sum("sensor: " in line for line in complaints.splitlines())
