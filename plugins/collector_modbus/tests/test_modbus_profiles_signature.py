import pytest
from pydantic import ValidationError

from collector_modbus.profiles.signature import Signature
from collector_modbus.registers.table import Block, Span, Table


def signature(**keys):
    return Signature.model_validate(keys)


def test_a_register_to_look_at_is_a_point_that_can_be_read_alone():
    made = signature(register="input", address=0x46, type="float32", minimum=45, maximum=65)

    assert Block(Table.INPUT, Span(0x46, 2)) == made.block
    assert made.point is not None
    assert ("input", "float32") == (made.point.register_table, made.point.type_name)


def test_a_signature_of_text_looks_at_no_register():
    made = signature(text="SDM630")

    assert (None, None) == (made.point, made.block)


@pytest.mark.parametrize(
    ("text", "is_it"),
    [("Eastron SDM630MCT V2", True), ("eastron sdm630", True), ("SDM120", False), ("", False)],
)
def test_a_text_is_found_anywhere_and_in_any_case_of_letters(text, is_it):
    assert signature(text="SDM630").is_in(text) is is_it


@pytest.mark.parametrize(
    ("keys", "value", "holds"),
    [
        ({"value": 341}, 341.0, True),
        ({"value": 341}, 342.0, False),
        ({"value": 50.1}, 50.099998474121094, True),
        ({"value": True}, True, True),
        ({"value": True}, False, False),
        ({"value": "SunS", "type": "string", "count": 2}, "SunS", True),
        ({"value": "SunS", "type": "string", "count": 2}, "\0\0", False),
        ({"value": 1}, "1", False),
        ({"minimum": 45, "maximum": 65}, 45, True),
        ({"minimum": 45, "maximum": 65}, 65, True),
        ({"minimum": 45, "maximum": 65}, 44.9, False),
        ({"minimum": 45, "maximum": 65}, 65.1, False),
        ({"minimum": 45}, float("nan"), False),
        ({"minimum": 45}, "46", False),
        ({"minimum": 45}, None, False),
        ({"value": 0}, None, False),
    ],
)
def test_a_value_holds_when_it_is_the_right_one_or_within_the_bounds(keys, value, holds):
    assert signature(address=11, **keys).holds(value) is holds


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({}, "needs a text, or an address"),
        ({"value": 3}, "needs a text, or an address"),
        ({"text": "SDM", "value": 3}, "needs a text, or an address"),
        ({"address": 3}, "address needs a value, a minimum or a maximum"),
        ({"address": 3, "type": "string", "value": "x"}, "count is missing"),
        ({"address": 65535, "type": "uint32", "value": 1}, "ends behind the last address"),
    ],
)
def test_a_signature_that_cannot_recognise_anything_is_complained_about(keys, complaint):
    with pytest.raises(ValidationError, match=complaint):
        signature(**keys)
