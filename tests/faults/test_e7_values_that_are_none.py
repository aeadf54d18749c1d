"""E7: values of two registers that change between reads, and patterns that mean no value."""

import struct
from collections import Counter
from itertools import count

import pytest
from faults.field_bed import arrived, over_network, start, wait_for_values_of_each
from faults.modbus_gateway import Gateway
from faults.neighbours import assert_others_are_well
from modbus_units import frame, words_pdu

pytestmark = pytest.mark.alone

POINTS = """[
  { metric = "pair", address = 0, type = "uint32", value_type = "integer" },
  { metric = "heat", address = 2, type = "float32" },
  { metric = "level", address = 4, type = "int16", invalid = [0x8000], minimum = 0, maximum = 100 },
]""".replace("\n", " ")
NOT_A_NUMBER = 0x7FC0


class Meter:
    """A counter whose two halves always agree, and two values that are none most of the time."""

    def __init__(self) -> None:
        self._turn = count()

    def __call__(self, request):
        turn = next(self._turn)
        low = turn % 65536
        heat = (NOT_A_NUMBER, 0) if turn % 2 else struct.unpack(">HH", struct.pack(">f", 21.5))
        level = (50, 0x8000, 0xFFFF, 101)[turn % 4]
        words = [low, low, *heat, level]
        asked = words[request.address : request.address + request.count]
        return [frame(request.unit_id, words_pdu(request.function, asked), request.tid)]


def test_what_is_no_value_is_never_published(bench, row):
    gateway = Gateway(Meter())
    units = range(1, row.pick(2, 7))
    names = [f"u{unit}" for unit in units]
    start(bench, over_network(gateway.port, *units, point=POINTS, interval="100ms"))

    wait_for_values_of_each(bench, names, row.pick(30, 1700))

    assert_others_are_well(bench)
    assert {} == bench.finish().dropped
    gateway.close()
    values = sum((arrived(bench, name) for name in names), Counter())
    row.note(f"{values.total()} values, none torn")
    assert all(value >> 16 == value & 0xFFFF for metric, value in values if metric == "pair")
    assert {21.5} == {value for metric, value in values if metric == "heat"}
    assert {50} == {value for metric, value in values if metric == "level"}
