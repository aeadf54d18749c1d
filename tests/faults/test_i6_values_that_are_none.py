"""I6: a plugin gives values that are none, or that nobody can write down."""

import pytest
from faults.field_bed import arrived, start, table, wait_for_values_of_each
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

ODD = {"plugin": "odd", "what": "values", "interval": "100ms"}


def test_a_value_that_is_none_is_refused_alone_and_counted(bench, row):
    where = {"apart": "process", "within": "thread"}
    start(bench, *(table(sensor=name, isolation=each, **ODD) for name, each in where.items()))

    wait_for_values_of_each(bench, list(where), row.pick(20, 1000))

    status = bench.collector.status()
    for name, isolation in where.items():
        source = source_in(status, name)
        row.note(f"in a {isolation}: {source['refused']} of {source['reads']} refused")
        assert ("ok", 0) == (source["state"], source["failures"])
        assert source["refused"] > 0
    assert 0 == status["delivery"]["bad_replies"]
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    for name in where:
        good = sorted(value for metric, value in arrived(bench, name) if metric == "good")
        assert list(range(1, len(good) + 1)) == good
