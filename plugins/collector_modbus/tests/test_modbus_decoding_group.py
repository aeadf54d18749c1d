"""Many points from the answers to a plan: blocks, bits, and why something is missing."""

import struct

from collector_modbus.decoding.group import Decoded, GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

NONE = InvalidCodes()


def at(address: int, metric: str, **keys: object) -> PointSettings:
    return PointSettings.model_validate({"metric": metric, "address": address, **keys})


def holding(address: int, count: int) -> Block:
    return Block(Table.HOLDING, Span(address, count))


def decoded(
    points: list[PointSettings], answers: dict[Block, str | None], of_device: InvalidCodes = NONE
) -> Decoded:
    decoder = GroupDecoder(points, of_device, list(answers))
    data = [None if answer is None else bytes.fromhex(answer) for answer in answers.values()]
    return decoder.decode(data)


def test_points_of_all_types_and_orders_come_from_one_block_in_their_own_order():
    points = [
        at(6, "energy", type="uint32", word_order="little"),
        at(0, "voltage", type="float32"),
        at(4, "temperature", type="int16", scale=0.1),
        at(5, "swapped", byte_order="little"),
        at(8, "name", type="string", count=2),
        at(10, "small", type="int8", byte="high"),
    ]

    found = decoded(
        points, {holding(0, 12): "43663334 0000 0000 FF33 0100 00010002 53756E53 FE7F 0000"}
    )

    assert {
        "energy": 131073.0,
        "voltage": 230.20001220703125,
        "temperature": -20.5,
        "swapped": 1.0,
        "name": "SunS",
        "small": -2.0,
    } == found.values
    assert [point.metric for point in points] == list(found.values)
    assert {} == found.missing


def test_points_may_share_and_overlap_registers():
    points = [
        at(0, "word"),
        at(0, "low", bits=[0, 7]),
        at(0, "door", bit=8),
        at(0, "long", type="uint32"),
        at(1, "second", type="int16"),
        at(1, "longer", type="uint32"),
    ]

    found = decoded(points, {holding(0, 3): "0102 FFFE 0003"})

    assert {
        "word": 0x0102,
        "low": 2,
        "door": True,
        "long": 0x0102FFFE,
        "second": -2,
        "longer": 0xFFFE0003,
    } == found.values


def test_the_same_address_of_another_table_is_another_value():
    points = [
        at(7, "holding"),
        at(7, "input", register="input"),
        at(7, "coil", register="coil"),
        at(7, "discrete", register="discrete"),
    ]
    answers = {
        holding(7, 1): "0001",
        Block(Table.INPUT, Span(7, 1)): "0002",
        Block(Table.COIL, Span(0, 8)): "80",
        Block(Table.DISCRETE, Span(0, 8)): "7F",
    }

    found = decoded(points, answers)

    assert {"holding": 1, "input": 2, "coil": True, "discrete": False} == found.values


def test_bits_are_packed_with_the_lowest_address_in_the_lowest_bit():
    # The example of the Modbus Application Protocol 1.1b3, section 6.1: coils 20 to 38 (counted
    # from 1) come as CD 6B 05.
    points = [at(address, f"c{address}", register="coil") for address in range(19, 38)]

    found = decoded(points, {Block(Table.COIL, Span(19, 19)): "CD6B05"})

    assert "1011001111010110101" == "".join(str(int(value)) for value in found.values.values())
    assert all(type(value) is bool for value in found.values.values())


def test_a_bit_can_have_a_text_or_be_a_number():
    points = [
        at(0, "valve", register="coil", enum={"0": "shut", "1": "open"}),
        at(1, "pump", register="coil", enum={"0": "off"}),
        at(0, "count", register="coil", value_type="integer"),
        at(0, "share", register="coil", value_unit="NoSI.Dimensionless.PERCENT", scale=100.0),
        at(1, "unset", register="coil", invalid=[1]),
    ]

    found = decoded(points, {Block(Table.COIL, Span(0, 2)): "03"})

    expected = {"valve": "open", "pump": "1", "count": 1, "share": 100.0}
    assert expected == found.values
    assert [type(value) for value in expected.values()] == [
        type(value) for value in found.values.values()
    ]
    assert {"unset": Missing.INVALID} == found.missing


def test_what_was_not_read_is_missing_and_the_rest_is_not():
    points = [
        at(0, "read"),
        at(10, "refused", type="float32"),
        at(50, "nowhere"),
        at(3, "half", type="uint32"),
    ]

    found = decoded(points, {holding(0, 4): "0001 0002 0003 0004", holding(10, 2): None})

    assert {"read": 1.0} == found.values
    assert {
        "refused": Missing.UNREAD,
        "nowhere": Missing.UNREAD,
        "half": Missing.UNREAD,
    } == found.missing


def test_one_float_that_is_none_leaves_the_others():
    points = [at(0, "a", type="float32"), at(2, "b", type="float32"), at(4, "c", type="float32")]

    found = decoded(points, {holding(0, 6): "3FC00000 FFC00000 C0200000"})

    assert {"a": 1.5, "c": -2.5} == found.values
    assert {"b": Missing.INVALID} == found.missing


def test_doubles_whose_sum_is_infinite_are_values():
    points = [at(0, "a", type="float64"), at(4, "b", type="float64")]

    found = decoded(points, {holding(0, 8): "7FEFFFFFFFFFFFFF" * 2})

    assert {"a": 1.7976931348623157e308, "b": 1.7976931348623157e308} == found.values


def test_a_hidden_point_is_told_neither_with_a_value_nor_without():
    points = [at(0, "seen"), at(1, "hidden", hidden=True), at(9, "unread", hidden=True)]

    found = decoded(points, {holding(0, 2): "0001 0002"})

    assert Decoded({"seen": 1.0}, {}) == found


def test_a_decoder_serves_every_read_of_its_plan():
    points = [at(2 * number, f"m{number}", type="float32") for number in range(50)]
    decoder = GroupDecoder(points, NONE, [holding(0, 100)])

    first = decoder.decode([struct.pack(">50f", *range(50))])
    failed = decoder.decode([None])
    second = decoder.decode([struct.pack(">50f", *range(1, 51))])

    assert [float(number) for number in range(50)] == list(first.values.values())
    assert {Missing.UNREAD} == set(failed.missing.values())
    assert [float(number) for number in range(1, 51)] == list(second.values.values())


def test_a_group_of_nothing_gives_nothing():
    assert Decoded({}, {}) == GroupDecoder([], NONE, []).decode([])
