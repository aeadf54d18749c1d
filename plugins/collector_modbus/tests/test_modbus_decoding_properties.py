"""What holds for every value, every point and any bytes."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from collector import ValueType
from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.registers.types import TYPES
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

NONE = InvalidCodes()
DEVICE = InvalidCodes(
    uint16=[0xFFFF], int16=[0x8000], uint32=[0xFFFFFFFF], int64=[1 << 63], float32=[0xFF7FFFFF]
)
EXACT = 2**53
PYTHON_TYPES = {
    ValueType.DOUBLE: float,
    ValueType.INTEGER: int,
    ValueType.BOOL: bool,
    ValueType.STRING: str,
}


def integers(bits: int, *, signed: bool) -> SearchStrategy[int]:
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.integers(max(least, -EXACT), min(most, EXACT))


def floats(bits: int) -> SearchStrategy[float]:
    return st.floats(width=bits, allow_nan=False, allow_infinity=False)


def bcd(digits: int) -> SearchStrategy[int]:
    return st.integers(0, min(10**digits - 1, EXACT))


def as_bcd(digits: int, number: int) -> bytes:
    return bytes.fromhex(f"{number:0{digits}}")


CODINGS = {  # type: values, and how they are encoded with the high word and the high byte first
    "uint16": (integers(16, signed=False), lambda value: struct.pack(">H", value)),
    "int16": (integers(16, signed=True), lambda value: struct.pack(">h", value)),
    "uint32": (integers(32, signed=False), lambda value: struct.pack(">I", value)),
    "int32": (integers(32, signed=True), lambda value: struct.pack(">i", value)),
    "uint64": (integers(64, signed=False), lambda value: struct.pack(">Q", value)),
    "int64": (integers(64, signed=True), lambda value: struct.pack(">q", value)),
    "float16": (floats(16), lambda value: struct.pack(">e", value)),
    "float32": (floats(32), lambda value: struct.pack(">f", value)),
    "float64": (floats(64), lambda value: struct.pack(">d", value)),
    "bcd16": (bcd(4), lambda value: as_bcd(4, value)),
    "bcd32": (bcd(8), lambda value: as_bcd(8, value)),
    "bcd64": (bcd(16), lambda value: as_bcd(16, value)),
}


def ordered(data: bytes, word_order: str, byte_order: str) -> bytes:
    """Return big-endian bytes as a device with these orders sends them."""
    words = [data[start : start + 2] for start in range(0, len(data), 2)]
    if word_order == "little":
        words.reverse()
    return b"".join(word if byte_order == "big" else word[::-1] for word in words)


@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize("type_name", CODINGS)
def test_a_value_that_was_encoded_is_decoded_to_itself(type_name, word_order, byte_order):
    values, encode = CODINGS[type_name]
    point = PointSettings(
        metric="m", address=0, type=type_name, word_order=word_order, byte_order=byte_order
    )
    decoder = PointDecoder(point, NONE)

    @given(values)
    def holds(value: float) -> None:
        assert value == decoder.decode(ordered(encode(value), word_order, byte_order))

    holds()


ORDERS = {"word_order": st.sampled_from(["big", "little"])}
ORDERS["byte_order"] = ORDERS["word_order"]
SCALES = {
    "scale": st.sampled_from([1.0, 0.1, 0.05, 10.0, 3600.0, -1.0, 0.0, 1e308, 5e-324]),
    "offset": st.sampled_from([0.0, -273.15, 0.5, 1e308]),
    "scale_register": st.sampled_from([None, 0]),
    "value_type": st.sampled_from([None, "double", "integer", "bool", "string"]),
    "minimum": st.sampled_from([None, -100.0, 0.0]),
    "maximum": st.sampled_from([None, 0.0, 1e6]),
}


@st.composite
def points(draw: DrawFn) -> dict[str, object]:
    """Return the keys of any point that registers can have, apart from its metric and address."""
    name = draw(st.sampled_from(sorted(TYPES)))
    keys: dict[str, object] = {"type": name, **draw(st.fixed_dictionaries(ORDERS))}
    keys["byte"] = draw(st.sampled_from(["low", "high"]))
    if name == "string":
        return {**keys, "count": draw(st.integers(1, 6))}
    bits = TYPES[name].bits
    keys["invalid"] = draw(st.lists(st.integers(0, 2**bits - 1), max_size=2))
    if "int" in name:
        keys.update(draw(selections(bits)))
        texts = draw(st.sampled_from([{}, {"enum": {"0": "off"}}, {"flags": {"0": "a", "3": "b"}}]))
        if texts:
            return {**keys, **texts}
    return {**keys, **draw(st.fixed_dictionaries(SCALES))}


def selections(bits: int) -> SearchStrategy[dict[str, object]]:
    bit = st.integers(0, bits - 1)
    return st.one_of(
        st.just({}),
        st.builds(lambda number: {"bit": number}, bit),
        st.builds(lambda ends: {"bits": sorted(ends)}, st.tuples(bit, bit)),
        st.builds(lambda mask: {"mask": mask}, st.integers(1, 2**bits - 1)),
    )


def point_of(number: int, address: int, keys: dict[str, object]) -> PointSettings:
    given_keys = {key: value for key, value in keys.items() if value is not None}
    return PointSettings.model_validate({"metric": f"m{number}", "address": address, **given_keys})


@given(points(), st.binary(min_size=12, max_size=12), st.integers(-(2**15), 2**15 - 1))
def test_any_bytes_give_a_finite_value_of_the_right_type_or_a_reason(keys, data, exponent):
    point = point_of(0, 100, keys)
    own = data[: 2 * point.block.span.count]

    found = PointDecoder(point, DEVICE).decode(own, exponent)

    if type(found) is not Missing:
        assert PYTHON_TYPES[point.metric_type] is type(found)
        assert not isinstance(found, float) or math.isfinite(found)


@given(
    st.lists(st.tuples(st.integers(1, 24), points()), min_size=1, max_size=12),
    st.binary(min_size=60, max_size=60),
)
def test_points_of_a_block_are_decoded_as_each_alone(rows, data):
    settings = [point_of(number, address, keys) for number, (address, keys) in enumerate(rows)]
    block = Block(Table.HOLDING, Span(0, 30))

    together = GroupDecoder(settings, DEVICE, [block]).decode([data])

    for point in settings:
        start, count = point.block.span.address, point.block.span.count
        exponent = int.from_bytes(
            data[:2] if point.byte_order == "big" else data[1::-1], "big", signed=True
        )
        alone = PointDecoder(point, DEVICE).decode(
            data[2 * start : 2 * (start + count)], exponent if point.scale_block else 0
        )
        assert alone == {**together.values, **together.missing}[point.metric]
    assert [m.metric for m in settings if m.metric in together.values] == list(together.values)


@given(st.sets(st.integers(0, 40), min_size=1), st.binary(min_size=6, max_size=6))
def test_bits_are_those_of_the_whole_answer_as_one_number(addresses, data):
    points = [
        PointSettings.model_validate(
            {"metric": f"m{a}", "address": 100 + a, "register": "discrete"}
        )
        for a in addresses
    ]
    block = Block(Table.DISCRETE, Span(100, 41))

    found = GroupDecoder(points, NONE, [block]).decode([data])

    number = int.from_bytes(data, "little")
    assert {f"m{a}": bool(number >> a & 1) for a in addresses} == found.values
