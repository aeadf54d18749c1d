"""Many points from the answers to a plan: blocks, scale registers, sums, reasons."""

import struct

import pytest

from collector_modbus.decoding.group import Decoded, GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

NONE = InvalidCodes()


def at(address: int, metric: str, **keys: object) -> PointSettings:
    return PointSettings.model_validate({"metric": metric, "address": address, **keys})


def added(metric: str, *terms: str, **keys: object) -> PointSettings:
    return PointSettings.model_validate({"metric": metric, "sum": list(terms), **keys})


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


@pytest.mark.parametrize(
    ("raw", "factor", "value"),
    [
        ("0FE8", "FFFF", 407.2),  # SolarEdge: 4072 with a scale factor of -1
        ("138B", "FFFE", 50.03),
        ("0003", "0000", 3.0),
        ("0003", "0002", 300.0),
        ("0003", "000A", 3e10),
        ("0003", "FFF6", 3e-10),
    ],
)
def test_a_scale_factor_is_a_power_of_ten(raw, factor, value):
    found = decoded([at(0, "m", scale_register=1)], {holding(0, 2): raw + factor})

    assert {"m": value} == found.values
    assert type(found.values["m"]) is float


@pytest.mark.parametrize("factor", ["8000", "000B", "FFF5", "7FFF", "FF80"])
def test_a_scale_factor_that_is_none_leaves_no_value(factor):
    found = decoded([at(0, "m", scale_register=1)], {holding(0, 2): "0003" + factor})

    assert {"m": Missing.NO_SCALE} == found.missing


def test_a_scale_factor_may_lie_in_another_block_or_be_unread():
    points = [at(0, "near", scale_register=40), at(1, "far", scale_register=90, type="int16")]
    answers = {holding(40, 1): "FFFE", holding(0, 2): "0901 FFFF", holding(90, 1): None}

    found = decoded(points, answers)

    assert {"near": 23.05} == found.values
    assert {"far": Missing.NO_SCALE} == found.missing


def test_an_own_reason_counts_before_that_of_the_scale_factor():
    points = [
        at(0, "absent", type="int16", scale_register=1),
        at(9, "unread", scale_register=1),
        at(2, "limited", scale_register=3, maximum=10.0),
    ]

    found = decoded(points, {holding(0, 4): "8000 8000 0065 FFFF"}, InvalidCodes(int16=[0x8000]))

    assert {
        "absent": Missing.INVALID,
        "unread": Missing.UNREAD,
        "limited": Missing.OUT_OF_RANGE,
    } == found.missing


def test_a_scale_and_an_offset_apply_besides_the_scale_factor():
    points = [at(0, "energy", type="uint32", scale=3600.0, offset=0.5, scale_register=2)]
    decoder = GroupDecoder(points, NONE, [holding(0, 3)])

    once, again = (
        decoder.decode([bytes.fromhex("00000015" + factor)]).values for factor in ("FFFF", "0001")
    )

    assert {"energy": 7560.5} == once
    assert {"energy": 756000.5} == again


def test_a_sum_adds_and_subtracts_what_people_read():
    points = [
        added("net", "import", "-export"),
        at(0, "import", scale=0.1),
        at(1, "export", scale=0.1, hidden=True),
        added("twice", "net", "net", scale=10.0, offset=1.0),
    ]

    found = decoded(points, {holding(0, 2): "0900 08FF"})

    assert {"net": 0.1, "import": 230.4, "twice": 3.0} == found.values
    assert ["net", "import", "twice"] == list(found.values)
    assert {} == found.missing


def test_a_sum_of_integers_stays_exact():
    points = [
        at(0, "a", type="uint64", value_type="integer"),
        at(4, "b", bit=0),
        added("sum", "a", "b", value_type="integer"),
    ]

    found = decoded(points, {holding(0, 5): "0020000000000002 0001"})

    assert 2**53 + 3 == found.values["sum"]
    assert type(found.values["sum"]) is int


def test_a_sum_lacks_a_value_for_the_reason_of_its_term():
    points = [
        at(0, "a"),
        at(1, "b", invalid=[0xFFFF], hidden=True),
        added("sum", "a", "b"),
        added("over", "sum", "a"),
        added("stranger", "a", "nobody"),
        added("limited", "a", "a", maximum=1.0),
    ]

    found = decoded(points, {holding(0, 2): "0001 FFFF"})

    assert {"a": 1.0} == found.values
    assert {
        "sum": Missing.INVALID,
        "over": Missing.INVALID,
        "stranger": Missing.UNREAD,
        "limited": Missing.OUT_OF_RANGE,
    } == found.missing


def test_a_sum_of_texts_or_beyond_all_doubles_is_no_value():
    points = [
        at(0, "text", type="string", count=1),
        at(1, "huge", type="float64"),
        added("texts", "text", "text"),
        added("huger", "huge", "huge"),
    ]

    found = decoded(points, {holding(0, 5): "4142 7FEFFFFFFFFFFFFF"})

    assert {"texts": Missing.MALFORMED, "huger": Missing.TOO_LARGE} == found.missing


def test_sums_of_each_other_are_refused():
    points = [added("a", "b"), added("b", "-a")]

    with pytest.raises(ValueError, match="cycle"):
        GroupDecoder(points, NONE, [])


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
