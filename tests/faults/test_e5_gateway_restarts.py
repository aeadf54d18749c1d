"""E5: a gateway takes one connection, is gone or says nothing for a while, and comes back."""

import pytest
from faults.field_bed import (
    assert_all_are_right,
    over_network,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.modbus_gateway import Gateway, well
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

WITHIN_S = 10.5  # the interval, and 10 s
NAMES = ("u1", "u2")


def silent(request):
    return []


def wait_until_read_again(bench):
    recovered_s = bench.seconds_until(
        lambda status: all(source_in(status, name)["state"] == "ok" for name in NAMES),
        "both are read again",
    )
    bench.row.recovered(recovered_s)
    assert recovered_s < WITHIN_S


def test_data_come_again_once_the_gateway_does(bench, row):
    gateway = Gateway(well)
    port = gateway.port
    start(bench, over_network(port, 1, 2))
    for _ in range(row.pick(1, 20)):
        wait_for_values(bench, "u1", 3)
        gateway.close()
        row.detected(wait_until_told(bench, "u[12]", "refused|closed|reset|cannot connect|nobody"))
        gateway = Gateway(well, port)
        wait_until_read_again(bench)
        assert 1 == gateway.most_at_once
        wait_for_values(bench, "u2", 3)

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    assert_all_are_right(bench, [1, 2])


def test_data_come_again_once_the_gateway_answers_again(bench, row):
    gateway = Gateway(well)
    start(bench, over_network(gateway.port, 1, 2))
    for _ in range(row.pick(1, 10)):
        wait_for_values(bench, "u1", 3)
        gateway.behave = silent  # and its connection stays
        row.detected(wait_until_told(bench, "u[12]", "did not answer"))
        gateway.behave = well
        wait_until_read_again(bench)
        wait_for_values(bench, "u2", 3)

    assert 1 == gateway.most_at_once
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    assert_all_are_right(bench, [1, 2])
