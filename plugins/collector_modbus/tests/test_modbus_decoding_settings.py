"""Points that could never be decoded are refused when the configuration is read."""

import pytest
from pydantic import ValidationError

from collector_modbus.settings.point import PointSettings


def refusal(**keys: object) -> str:
    place = {} if "sum" in keys else {"address": 0}
    with pytest.raises(ValidationError) as refused:
        PointSettings.model_validate({"metric": "m", **place, **keys})
    return str(refused.value)


@pytest.mark.parametrize("key", ["--1", "-", "0x10", "٣", "", "1.5"])
def test_a_code_or_bit_that_is_no_number_is_refused(key):
    assert f"{key!r} is no number" in refusal(enum={key: "on"})
    assert f"{key!r} is no number" in refusal(flags={key: "on"})


@pytest.mark.parametrize("bit", ["-1", "16"])
def test_a_flag_outside_of_the_type_is_refused(bit):
    assert f"a uint16 has the bits 0 to 15, not {bit}" in refusal(flags={bit: "door"})


@pytest.mark.parametrize("code", [-32768, 0x10000])
def test_an_invalid_code_that_the_type_can_never_have_is_refused(code):
    refused = refusal(type="int16", invalid=[code])

    assert f"a int16 has the codes 0 to 0xffff, not {code}" in refused


def test_a_text_has_neither_invalid_codes_nor_limits():
    assert "a text takes no invalid" in refusal(type="string", count=4, invalid=[0])
    assert "a text takes no minimum or maximum" in refusal(type="string", count=4, minimum=1.0)
    assert "a text takes no minimum or maximum" in refusal(enum={"0": "off"}, maximum=1.0)


def test_every_bit_and_code_of_a_type_may_be_named():
    point = PointSettings.model_validate(
        {"metric": "m", "address": 0, "flags": {"0": "a", "15": "b"}, "invalid": [0, 0xFFFF]}
    )

    assert [0, 0xFFFF] == point.invalid


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("address", 0),
        ("type", "float32"),
        ("bit", 0),
        ("enum", {"0": "off"}),
        ("scale_register", 0),
        ("invalid", [0]),
    ],
)
def test_a_sum_takes_nothing_that_only_registers_have(key, value):
    assert f"a sum takes no {key}" in refusal(sum=["a", "b"], **{key: value})
