"""E4: a gateway answers with transaction ids that nobody asked with."""

import pytest
from faults.field_bed import arrived, is_right, over_network, start, wait_until_told
from faults.modbus_gateway import Gateway
from faults.neighbours import assert_others_are_well
from modbus_units import frame, words_pdu

pytestmark = pytest.mark.alone

WAYS = {
    "foreign": lambda tid: (tid + 0x4000) % 0x10000,
    "swapped": lambda tid: tid % 256 * 256 + tid // 256,
}


def with_id(change):
    def behave(request):
        wrong = words_pdu(request.function, [666] * request.count)
        return [frame(request.unit_id, wrong, change(request.tid))]

    return behave


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_to_nobodys_request_is_no_value(bench, row, way):
    gateway = Gateway(with_id(WAYS[way]))
    start(bench, over_network(gateway.port, 1))

    row.detected(wait_until_told(bench, "u1", "did not answer|transaction|no sound answer"))
    bench.run_for(row.pick(1, 60))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    assert all(is_right("u1", *found) for found in arrived(bench, "u1"))
