import pytest
from contract import decisions, vocabulary

from collector.wire import ids, units
from collector.wire.errors import LISTS_METRICS, ErrorCode, code_name
from collector.wire.requests import SensorState
from collector.wire.units import ValueType, ValueUnit

ALL_ASCII = [chr(number) for number in range(128)]
OUTSIDE = ["é", "\uff10", "²", "Ω"]  # letters and digits to Python, not to the contract


def test_error_codes_are_the_28_of_the_document():
    assert len(vocabulary.ERROR_CODES) == 28
    assert vocabulary.ERROR_CODES == {code.value: code.name for code in ErrorCode}
    assert vocabulary.ERROR_CODES == {code: code_name(code) for code in range(1, 29)}


@pytest.mark.parametrize("code", [-1, 0, 29, 10**9])
def test_code_outside_the_document_has_no_name(code):
    assert code_name(code) == "Unknown"


def test_codes_that_list_metrics_are_those_of_the_document():
    assert set(vocabulary.CODES_WITH_METRICS) == LISTS_METRICS


def test_units_are_the_24_of_the_document_in_its_order():
    assert len(vocabulary.VALUE_UNITS) == 24
    assert vocabulary.VALUE_UNITS == tuple(unit.value for unit in ValueUnit)
    assert set(ValueUnit) == units.SYMBOLS.keys()


def test_value_types_are_those_of_the_document():
    assert vocabulary.VALUE_TYPES == tuple(kind.value for kind in ValueType)


def test_sensor_states_are_those_of_the_document():
    assert vocabulary.SENSOR_STATES == {state.value: state.name.title() for state in SensorState}


@pytest.mark.parametrize(("value", "expected"), vocabulary.DETECTED_TYPES)
def test_push_gives_a_new_metric_the_documented_type(value, expected):
    assert expected == units.detected_type(value)


@pytest.mark.parametrize(
    ("value", "types"),
    [
        (True, {"bool"}),
        ("on", {"string"}),
        ("1", {"string"}),
        (1, {"double", "integer"}),
        (1.0, {"double", "integer"}),
        (1.5, {"double"}),
        (10**400, {"double", "integer"}),
        (float("inf"), {"double"}),
        (None, set()),
        ([], set()),
        ({}, set()),
    ],
)
def test_value_fits_its_types_and_no_other(value, types):
    assert types == {str(kind) for kind in ValueType if units.fits(value, kind)}


@pytest.mark.parametrize("is_id", [ids.is_sensor_id, ids.is_metric_id])
def test_ids_are_made_of_the_documented_alphabet(is_id):
    assert set(vocabulary.ID_ALPHABET) == {char for char in ALL_ASCII + OUTSIDE if is_id(char)}


@pytest.mark.parametrize("is_id", [ids.is_sensor_id, ids.is_metric_id])
def test_ids_have_1_to_32_characters(is_id):
    assert vocabulary.ID_MAX_LENGTH == ids.MAX_ID_LENGTH
    assert is_id("x" * vocabulary.ID_MAX_LENGTH)
    assert not is_id("x" * (vocabulary.ID_MAX_LENGTH + 1))
    assert not is_id("")
    assert not is_id("x\n")


@pytest.mark.parametrize("word", decisions.RESERVED_SENSOR_IDS)
def test_words_of_topics_are_no_sensor_ids_but_metric_ids(word):
    assert set(decisions.RESERVED_SENSOR_IDS) == ids.RESERVED_SENSOR_IDS
    assert not ids.is_sensor_id(word)
    assert ids.is_metric_id(word)


def test_client_names_are_made_of_the_documented_alphabet():
    allowed = {char for char in ALL_ASCII + OUTSIDE if ids.is_client_name(char)}

    assert set(vocabulary.COMMON_NAME_ALPHABET) == allowed
    assert not ids.is_client_name("")
    assert not ids.is_client_name("x\n")


def test_client_id_is_safe_in_a_topic():
    assert ids.is_client_id("0123456789abcdef" * 2)
    allowed = {char for char in ALL_ASCII + OUTSIDE if ids.is_client_id(char)}
    assert set(vocabulary.LETTERS + vocabulary.DIGITS) == allowed
    assert not ids.is_client_id("")
    assert not ids.is_client_id("x" * 65)
