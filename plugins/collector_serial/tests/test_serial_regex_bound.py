"""No expression of a user holds up the process."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector_serial.decode.regex_bound import MIN_LENGTH, UnsafePatternError, safe_length

EVIL = [  # expressions that hold up a process for ever, or for minutes
    r"(a+)+$",
    r"(a*)*b",
    r"(a|aa)+$",
    r"(a|a)*$",
    r"(\w+\s?)*$",
    r"([a-zA-Z]+)*$",
    r"(x+x+)+y",
    r"(.*a){20}",
    r"(?:a?){30}a{30}",
    r"(\d+)*,",
    r"((ab)*)*c",
    r"(?>(a+)+)b",
    r"(?:.*,)*x",
]


@pytest.mark.parametrize("pattern", EVIL)
def test_an_expression_that_takes_for_ever_is_refused(pattern):
    with pytest.raises(UnsafePatternError):
        safe_length(pattern)


USUAL = [
    r"T=(?P<t>[-\d.]+)",
    r"^(?P<t>-?\d+\.\d+)C,(?P<h>\d+\.\d+)%$",
    r"^(?P<a>[^,]*),(?P<b>[^,]*),(?P<c>.*)$",
    r"(?i)temp:\s*(?P<t>[-+]?\d+(?:\.\d+)?)\s*C",
    r"^.*,(?P<x>\d+)$",
    r"^(?:\d+,)+(?P<x>\d+)$",
    r"^(ST|US),(GS|NT),(?P<w>[-+] *\d+\.\d+) *(kg|g)$",
]


@pytest.mark.parametrize("pattern", USUAL)
def test_an_expression_as_people_write_them_is_safe_for_long_lines(pattern):
    assert safe_length(pattern) >= 1000


SHAPES = [
    r"\d+,",
    r"(\d+)(\d+)(\d+)$",
    r"^a*a*b",
    r"a*a*b",
    r"(.*)(.*)x",
    r"\s*(\S+)\s+(\S+)\s*$",
    r"(?:\d+,)+x",
    r"(?:a|ab|abc|b|c)(?:a|ab|abc|b|c)a*b",
    r"a?a?a?a?a?a?a?a?b",
    r"(?:a{1,3}){1,3}b",
]


@pytest.mark.parametrize("pattern", SHAPES)
@pytest.mark.parametrize("piece", ["a", "1", "1,", " ", "a b", "ab", "abc"])
def test_no_line_of_the_safe_length_takes_long(pattern, piece):
    length = safe_length(pattern)
    line = (piece * length)[: length - 1] + "!"
    compiled = re.compile(pattern, re.ASCII)
    began_s = time.process_time()

    compiled.search(line)

    assert length >= MIN_LENGTH
    assert time.process_time() - began_s < 1.0


ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", r"\d", ".", "(?:ab)", "(?:a|b)", "(?:a|ab)"])
REPEATED = st.builds(
    lambda atom, repeat: atom + repeat, ATOMS, st.sampled_from(["", "*", "+", "?", "{2,3}", "*?"])
)
GROUPED = st.builds(
    lambda parts, repeat: f"(?:{''.join(parts)}){repeat}",
    st.lists(REPEATED, min_size=1, max_size=3),
    st.sampled_from(["", "*", "+", "?", "{1,2}"]),
)


@settings(deadline=None)
@given(st.lists(REPEATED | GROUPED, min_size=1, max_size=4), st.sampled_from("ab1"))
def test_no_expression_that_is_let_through_takes_long(parts, letter):
    pattern = "".join(parts) + "!"
    try:
        length = safe_length(pattern)
    except UnsafePatternError:
        return
    compiled = re.compile(pattern, re.ASCII)
    for line in (letter * length, ("ab" * length)[:length]):
        began_s = time.process_time()
        compiled.search(line)
        assert time.process_time() - began_s < 1.0
