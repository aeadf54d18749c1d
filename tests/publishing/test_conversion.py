"""A value takes the type that the agent has for its metric only where nothing is lost by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.publishing.delivery.conversion import converted
from collector.wire.units import ValueType

INTEGERS = st.integers(-(2**63), 2**63 - 1)
NUMBERS = INTEGERS | st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, st.sampled_from([ValueType.DOUBLE, ValueType.INTEGER]))
def test_a_number_stays_the_same_number_or_is_not_converted(value, wanted):
    became = converted(value, wanted)

    assert became is None or became == value


@given(NUMBERS)
def test_what_becomes_an_integer_fits_into_64_bits(value):
    became = converted(value, ValueType.INTEGER)

    assert became is None or -(2**63) <= became < 2**63


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (1, ValueType.DOUBLE, 1.0),
        (3.0, ValueType.INTEGER, 3),
        (2**53, ValueType.DOUBLE, 2.0**53),
        (2**53 + 1, ValueType.DOUBLE, None),
        (1e300, ValueType.INTEGER, None),
        (0.5, ValueType.INTEGER, None),
        (True, ValueType.INTEGER, None),
        (1, ValueType.BOOL, None),
        (1, ValueType.STRING, None),
        ("1", ValueType.INTEGER, None),
    ],
)
def test_a_value_is_converted_exactly_or_not_at_all(value, wanted, expected):
    assert expected == converted(value, wanted)
