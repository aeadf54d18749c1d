"""E4: a gateway answers with transaction ids that nobody asked with, or always with none."""

import pytest
from faults.field_bed import (
    arrived,
    assert_all_are_right,
    over_network,
    start,
    wait_for_values,
    wait_until_told,
)
from faults.modbus_gateway import Gateway
from faults.neighbours import assert_others_are_well
from modbus_units import frame, words_pdu

pytestmark = pytest.mark.alone

WAYS = {
    "foreign": lambda tid: (tid + 0x4000) % 0x10000,
    "swapped": lambda tid: tid % 256 * 256 + tid // 256,
    "none": lambda tid: 0,
}
TOLD = {
    "foreign": "belonged to no request of ours",
    "swapped": "belonged to no request of ours",
    "none": 'transaction_id = "ignore"',
}


def with_id(change):
    def behave(request):
        wrong = words_pdu(request.function, [666] * request.count)
        return [frame(request.unit_id, wrong, change(request.tid))]

    return behave


def nameless(request):
    """Answer rightly, and with the id 0."""
    return [b"\0\0" + request.right_answer()[2:]]


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_to_nobodys_request_is_no_value(bench, row, way):
    gateway = Gateway(with_id(WAYS[way]))
    start(bench, over_network(gateway.port, 1))

    row.detected(wait_until_told(bench, "u1", TOLD[way]))
    bench.run_for(row.pick(1, 60))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    assert not arrived(bench, "u1")


def test_a_gateway_without_ids_is_read_where_that_is_said(bench, row):
    gateway = Gateway(nameless)
    start(bench, over_network(gateway.port, 1, quirk="ignore"))

    wait_for_values(bench, "u1", row.pick(6, 300))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    assert_all_are_right(bench, [1])
