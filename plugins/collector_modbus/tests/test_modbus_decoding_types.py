"""Every type in every order, against bytes that were typed by hand.

Floats are those of IEEE 754: 3E00 is 1.5 in 16 bits, 400921FB54442D18 is the double next to pi, and
43663334 is the 230.2 V of Eastron's SDM320Y and SDM630 manuals.
"""

from math import pi

import pytest

from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

ONE_REGISTER = [  # type, value, bytes with byte_order big and little
    ("uint16", 0x1234, "1234", "3412"),
    ("int16", -2, "FFFE", "FEFF"),
    ("float16", 1.5, "3E00", "003E"),
    ("bcd16", 1234, "1234", "3412"),
    ("bool", True, "0100", "0001"),
    ("bool", False, "0000", "0000"),
]

MORE_REGISTERS = [  # type, value, big/big, word_order little, byte_order little, both little
    ("uint32", 0x11223344, "11223344", "33441122", "22114433", "44332211"),
    ("int32", -2, "FFFFFFFE", "FFFEFFFF", "FFFFFEFF", "FEFFFFFF"),
    ("float32", 230.20001220703125, "43663334", "33344366", "66433433", "34336643"),
    ("bcd32", 12345678, "12345678", "56781234", "34127856", "78563412"),
    (
        *("uint64", 0x0011223344556677),
        *("0011 2233 4455 6677", "6677 4455 2233 0011"),
        *("1100 3322 5544 7766", "7766 5544 3322 1100"),
    ),
    (
        *("int64", -2),
        *("FFFF FFFF FFFF FFFE", "FFFE FFFF FFFF FFFF"),
        *("FFFF FFFF FFFF FEFF", "FEFF FFFF FFFF FFFF"),
    ),
    (
        *("float64", pi),
        *("4009 21FB 5444 2D18", "2D18 5444 21FB 4009"),
        *("0940 FB21 4454 182D", "182D 4454 FB21 0940"),
    ),
    (
        *("bcd64", 1234567890123456),
        *("1234 5678 9012 3456", "3456 9012 5678 1234"),
        *("3412 7856 1290 5634", "5634 1290 7856 3412"),
    ),
]

ORDERS = [("big", "big"), ("little", "big"), ("big", "little"), ("little", "little")]


def decoded(data: str, **keys: object) -> object:
    point = PointSettings.model_validate({"metric": "m", "address": 0, **keys})
    return PointDecoder(point, InvalidCodes()).decode(bytes.fromhex(data))


@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize(("type_name", "value", "big", "little"), ONE_REGISTER)
def test_one_register_has_an_order_of_bytes_and_none_of_words(
    type_name, value, big, little, word_order
):
    keys = {"type": type_name, "word_order": word_order}

    assert value == decoded(big, byte_order="big", **keys)
    assert value == decoded(little, byte_order="little", **keys)


@pytest.mark.parametrize(("type_name", "value", "data"), [(t, v, d) for t, v, *d in MORE_REGISTERS])
def test_more_registers_are_read_in_all_four_orders(type_name, value, data):
    for (word_order, byte_order), raw in zip(ORDERS, data, strict=True):
        found = decoded(raw, type=type_name, word_order=word_order, byte_order=byte_order)

        assert (value, float) == (found, type(found)), (word_order, byte_order)


@pytest.mark.parametrize(
    ("byte", "type_name", "value"),
    [("low", "uint8", 254), ("low", "int8", -2), ("high", "uint8", 18), ("high", "int8", 18)],
)
def test_eight_bits_are_one_half_of_a_register(byte, type_name, value):
    assert value == decoded("12FE", type=type_name, byte=byte)
    assert value == decoded("FE12", type=type_name, byte=byte, byte_order="little")


@pytest.mark.parametrize("word_order", ["big", "little"])
def test_a_text_may_have_its_bytes_swapped_but_never_its_words(word_order):
    keys = {"type": "string", "count": 4, "word_order": word_order}

    assert decoded("53756E53 70656321", **keys) == "SunSpec!"
    assert decoded("7553 536E 6570 2163", byte_order="little", **keys) == "SunSpec!"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("41420000", "AB"),
        ("41004344", "A"),  # what stands behind the first NUL is not part of it
        ("41202020", "A"),
        ("20410D0A", " A"),
        ("41B04300", "A°C"),
        ("00000000", Missing.INVALID),
        ("20202020", Missing.INVALID),
        ("FFFFFFFF", Missing.INVALID),  # memory that was never written
        ("41014242", Missing.MALFORMED),
        ("41429042", Missing.MALFORMED),
        ("1B5B3141", Missing.MALFORMED),
    ],
)
def test_a_text_ends_at_the_first_nul_and_is_printable(data, text):
    assert text == decoded(data, type="string", count=2)


@pytest.mark.parametrize("data", ["000A", "F000", "1E34", "FFFF"])
def test_bcd_digits_above_9_make_no_number(data):
    assert Missing.MALFORMED == decoded(data, type="bcd16")


@pytest.mark.parametrize(
    ("type_name", "data"),
    [
        ("float16", "7C00"),  # infinity
        ("float16", "FE00"),
        ("float32", "7F800000"),  # infinity
        ("float32", "FF800000"),  # minus infinity
        ("float32", "7FC00000"),
        ("float32", "FFC00000"),  # what Schneider's meters say for a phase that is not wired
        ("float32", "7F800001"),
        ("float64", "7FF0000000000000"),
        ("float64", "FFF8000000000000"),
    ],
)
def test_nan_and_infinity_are_no_values(type_name, data):
    assert Missing.INVALID == decoded(data, type=type_name)
    assert Missing.INVALID == decoded(data, type=type_name, scale=0.1)
    assert Missing.INVALID == decoded(data, type=type_name, invalid=[0])


@pytest.mark.parametrize(
    ("type_name", "data", "value"),
    [
        ("uint64", "0020000000000000", 2.0**53),
        ("uint64", "0020000000000001", Missing.TOO_LARGE),
        ("int64", "FFE0000000000000", -(2.0**53)),
        ("int64", "FFDFFFFFFFFFFFFF", Missing.TOO_LARGE),
        ("bcd64", "9999999999999999", Missing.TOO_LARGE),
    ],
)
def test_an_integer_that_a_double_does_not_hold_exactly_is_no_value(type_name, data, value):
    assert value == decoded(data, type=type_name)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0020000000000001", 2**53 + 1),
        ("7FFFFFFFFFFFFFFF", 2**63 - 1),
        ("8000000000000000", Missing.TOO_LARGE),
    ],
)
def test_an_integer_metric_holds_up_to_63_bits(data, value):
    assert value == decoded(data, type="uint64", value_type="integer")
