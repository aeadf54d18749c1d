"""E5: a gateway takes one connection, closes it, is gone for a while, and comes back."""

import pytest
from faults.field_bed import (
    arrived,
    is_right,
    over_network,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.modbus_gateway import Gateway, well
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

WITHIN_S = 10.5  # the interval, and 10 s


def test_data_come_again_once_the_gateway_does(bench, row):
    gateway = Gateway(well)
    port = gateway.port
    start(bench, over_network(port, 1, 2))
    for _ in range(row.pick(1, 20)):
        wait_for_values(bench, "u1", 3)
        gateway.close()
        row.detected(wait_until_told(bench, "u[12]", "refused|closed|reset|cannot connect|nobody"))
        gateway = Gateway(well, port)
        recovered_s = bench.seconds_until(
            lambda status: all(source_in(status, name)["state"] == "ok" for name in ("u1", "u2")),
            "both are read again",
        )
        row.recovered(recovered_s)
        assert recovered_s < WITHIN_S
        assert 1 == gateway.most_at_once
        wait_for_values(bench, "u2", 3)

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    values = [(s, *found) for s in ("u1", "u2") for found in arrived(bench, s)]
    assert all(is_right(*each) for each in values)
