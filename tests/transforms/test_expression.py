"""Formulas: what they may be, what they give, and where it is said that they are none."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.transforms.closures import MAX_DEPTH, ExpressionError
from collector.transforms.expression import MAX_LENGTH, parse


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("(a + b) / 2", {"a": 1.0, "b": 4.0}, 2.5),
        ("-a + +b - 1.5", {"a": 1.0, "b": 4.0}, 1.5),
        ("a // 2 + a % 2", {"a": 7}, 4.0),
        ("a ** 2 + pow(b, 0.5)", {"a": 3.0, "b": 4.0}, 11.0),
        ("min(a, b, 3) + max(a, b)", {"a": 5.0, "b": 4.0}, 8.0),
        ("abs(a) + round(b) + round(b, 1)", {"a": -1.0, "b": 2.26}, 5.3),
        ("sqrt(a) + exp(0) + log(1) + log(8, 2)", {"a": 9.0}, 7.0),
        ("a if b > 3 else 0", {"a": 1.0, "b": 4.0}, 1.0),
        ("a if on else -a", {"a": 1.0, "on": False}, -1.0),
        ("on * 5", {"on": True}, 5.0),
        ("'supply air' - \"return-air\"", {"supply air": 20.0, "return-air": 18.5}, 1.5),
        ("min - max", {"min": 1.0, "max": 3.0}, -2.0),
        ("  a\n+\t b\n", {"a": 1.0, "b": 2.0}, 3.0),
        ("a", {"a": 2}, 2.0),
    ],
)
def test_a_formula_gives_a_number(text, values, expected):
    expression = parse(text)

    result = expression.evaluate(values)

    assert not expression.is_bool
    assert type(result) is float
    assert expected == pytest.approx(result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > 2", False),
        ("1 < a <= 2", True),
        ("1 < a < 2 < b", False),
        ("a == 2 and b != 3", True),
        ("a > 5 or b", True),
        ("not a", False),
        ("(a > 1) if b else (a > 9)", True),
    ],
)
def test_a_comparison_is_true_or_false(text, expected):
    expression = parse(text)

    assert expression.is_bool
    assert expected is expression.evaluate({"a": 2.0, "b": 4.0})


def test_a_formula_knows_what_it_needs_and_where_that_stands():
    assert {"a": 2, "µ x": 6} == dict(parse("2*a + 'µ x' * a").inputs)
    assert {"ä": 1, "b": 5} == dict(parse(" 'ä'+b").inputs)


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "is empty"),
        ("   ", 0, "is empty"),
        ("1 + 2", 0, "names no metric"),
        ("a +", 3, "is no formula: invalid syntax"),
        ("a + )", 4, "is no formula: unmatched ')'"),
        ("(a + b", 0, "is no formula: '(' was never closed"),
        ("a b", 2, "is no formula"),
        ("a = 2", 2, "is no formula"),
        ("a # b", 2, "has no comments"),
        ("a.real", 0, "this has no place in a formula"),
        ("2 * a.__class__", 4, "this has no place in a formula"),
        ("a + [1][0]", 4, "this has no place in a formula"),
        ("a + (1, 2)", 4, "this has no place in a formula"),
        ("a + {1}", 4, "this has no place in a formula"),
        ("a + (b := 2)", 5, "this has no place in a formula"),
        ("(lambda: a)()", 0, "only functions can be called"),
        ("a.real()", 0, "only functions can be called"),
        ("[a for a in b]", 0, "this has no place in a formula"),
        ("f'{a}'", 0, "this has no place in a formula"),
        ("a + 1j", 4, "1j is no number"),
        ("a + True", 4, "True is no number"),
        ("a + None", 4, "None is no number"),
        ("a + b'x'", 4, "b'x' is no number"),
        ("a + ...", 4, "Ellipsis is no number"),
        ("a + 1e999", 4, "the number is too large"),
        ("a + " + "9" * 400, 4, "the number is too large"),
        ("a << 2", 0, "this operator has no place in a formula"),
        ("a @ b", 0, "this operator has no place in a formula"),
        ("~a", 0, "this operator has no place in a formula"),
        ("a in b", 0, "no such comparison"),
        ("a is b", 0, "no such comparison"),
        ("a ** 65", 5, "an exponent is at most 64"),
        ("pow(a, 1000)", 7, "an exponent is at most 64"),
        ("a ** -65", 5, "an exponent is at most 64"),
        ("sqr(a)", 0, "there is no function sqr(); did you mean sqrt? (allowed: min, max, abs"),
        ("open(a)", 0, "there is no function open()"),
        ("__import__('os')", 0, "there is no function __import__()"),
        ("sqrt(a, b)", 0, "sqrt() takes 1 value, not 2"),
        ("min(a)", 0, "min() takes at least 2 values, not 1"),
        ("log()", 0, "log() takes 1 or 2 values, not 0"),
        ("min(*a)", 0, "min() takes plain values"),
        ("round(a, digits=1)", 0, "round() takes plain values"),
        ("'ä' + b.c", 6, "this has no place in a formula"),
        ("  a\n+ b.c", 6, "this has no place in a formula"),
        ("a\0", None, "is no formula"),
        ("-" * MAX_DEPTH + "a", MAX_DEPTH, "is nested too deeply"),
        ("(" * 300 + "a" + ")" * 300, None, "is no formula"),
        ("a+" * MAX_LENGTH + "a", MAX_LENGTH, "must have at most 1000 characters"),
        ("-" * (MAX_LENGTH - 1) + "a", None, "is nested too deeply"),
    ],
)
def test_what_is_no_formula_is_refused_where_it_is_wrong(text, offset, words):
    with pytest.raises(ExpressionError) as caught:
        parse(text)

    assert words in str(caught.value)
    assert caught.value.offset == offset or offset is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a / b", {"a": 1.0, "b": 0.0}),
        ("a // b", {"a": 1, "b": 0}),
        ("a % b", {"a": 1.0, "b": 0.0}),
        ("sqrt(a)", {"a": -1.0}),
        ("log(a)", {"a": 0.0}),
        ("a ** 0.5", {"a": -8.0}),
        ("a ** b", {"a": 2.0, "b": 65.0}),
        ("a ** 64", {"a": 1e300}),
        ("exp(a)", {"a": 1000.0}),
        ("round(a, b)", {"a": 1.0, "b": 0.5}),
        ("a * a * a * a", {"a": 2**62}),
    ],
)
def test_what_has_no_result_raises_what_is_promised(text, values):
    evaluate = parse(text).evaluate

    try:
        result = evaluate(values)
    except (ArithmeticError, ValueError):
        return
    assert math.isfinite(result)
    assert text == "a * a * a * a"  # integers of any size, which a double holds


def test_a_missing_value_raises_key_error_only_where_it_is_needed():
    evaluate = parse("a if on else b").evaluate

    assert evaluate({"on": True, "a": 1.0}) == 1.0
    with pytest.raises(KeyError):
        evaluate({"on": False, "a": 1.0})


FORMULA_TEXT = st.text(alphabet="ab 0.5+-*/%()<>=,'\"[]{}.:if else not and ormax\n#_", max_size=60)


@given(st.one_of(FORMULA_TEXT, st.text(max_size=60)))
def test_whatever_the_text_is_it_is_a_formula_or_an_error_inside_it(text):
    try:
        expression = parse(text)
    except ExpressionError as error:
        offset = error.offset
    else:
        offset = 0
        with suppress(ArithmeticError, ValueError):
            result = expression.evaluate(dict.fromkeys(expression.inputs, 2.0))
            assert type(result) in (float, bool)

    assert 0 <= offset <= len(text)
