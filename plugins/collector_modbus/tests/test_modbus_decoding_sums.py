"""Values that need other ones: scale registers, sums and differences."""

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
