import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config.positions import Path, Position, locate, positions


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*at, key)
        yield from paths(item, (*at, key))


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        ("a = 1", ("a",), 1, 1),
        ("\n  a = 1", ("a",), 2, 3),
        ("a.b.c = 1", ("a", "b", "c"), 1, 1),
        ("[t]\nx = 1", ("t",), 1, 1),
        ("[t.u]\nx = 1", ("t", "u", "x"), 2, 1),
        ("[ t . u ]", ("t",), 1, 1),
        ("[[s]]\n[[s]]\nx = 1", ("s", 1, "x"), 3, 1),
        ("[[s]]\n[s.t]\n[[s]]\n[s.t]\ny = 2", ("s", 1, "t", "y"), 5, 1),
        ("[[s]]\n[[s.t]]\n[[s.t]]\ny = 2", ("s", 0, "t", 1, "y"), 4, 1),
        ("a = {b = 1, c.d = 2}", ("a", "c", "d"), 1, 13),
        ("a = [1,\n # c ]\n 2,\n]", ("a", 1), 3, 2),
        ("a = [{b = 1},\n {b = 2}]", ("a", 1, "b"), 2, 3),
        ("a = [[], [1]]", ("a", 1, 0), 1, 11),
        ('a = """\nb = 1\n\\"""\n"""""\nc = 1', ("c",), 5, 1),
        ("a = '''\nb = 1\n'''''\nc = 1", ("c",), 4, 1),
        ('a = "]} # \\" x"\nc = 1', ("c",), 2, 1),
        ("a = '\\'\nc = 1", ("c",), 2, 1),
        ("a = 1979-05-27 07:32:00 # b = 1\nc = 1", ("c",), 2, 1),
        ('"a.b"."\\u0063" = 1', ("a.b", "c"), 1, 1),
        ("'a b' = 1", ("a b",), 1, 1),
        ('"" = 1', ("",), 1, 1),
        ("a = 1\r\nb = 1", ("b",), 2, 1),
        ("# only a comment\nb = 1", ("b",), 2, 1),
    ],
)
def test_a_key_is_found_where_it_stands(text: str, path: Path, line: int, column: int) -> None:
    found = positions(text)

    assert Position(line, column) == found[path]
    assert set(paths(tomllib.loads(text))) == set(found)


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        ('a = "b"', ("a",), 1, 6),
        ("a = 'b'", ("a",), 1, 6),
        ("a =   '\\'", ("a",), 1, 8),
        ('[[s]]\na = {b = "c"}', ("s", 0, "a", "b"), 2, 11),
        ('a = ["b", "c"]', ("a", 1), 1, 12),
        ('a = """b\nc"""', ("a",), 1, 8),
        ('a = """\nb"""', ("a",), 2, 1),
        ("a = '''\n\n b'''", ("a",), 2, 1),
    ],
)
def test_the_first_character_of_a_string_is_found(
    text: str, path: Path, line: int, column: int
) -> None:
    assert Position(line, column) == locate(text).texts[path]


def test_a_string_with_escapes_has_no_place_for_its_characters() -> None:
    assert {} == locate('a = "\\u0062"\nb = """\\\n"""\nc = 5').texts


def test_an_empty_document_has_no_positions() -> None:
    assert {} == positions("# nothing\n")


KEYS = st.sampled_from(["a", "b-1", "c_d", '"e f"', "'g.h'", '"\\u0069"', '""', "1"])
DOTTED = st.lists(KEYS, min_size=1, max_size=3).map(" . ".join)
BLANKS = st.sampled_from(["", " ", "\t", "\n", " # c ]}\n", "\r\n"])
SCALARS = st.one_of(
    st.integers().map(str),
    st.sampled_from(
        [
            "true",
            "1.5e3",
            "inf",
            "1979-05-27T07:32:00Z",
            "1979-05-27 07:32:00",
            '""',
            "''",
            '"]}=#\\""',
            "'\\'",
            '""""""',
            '"""a"""""',
            '"""\nx = 1\n[y]\\""""',
            "'''\n[z]\n'''''",
        ]
    ),
)


def arrays(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    elements = st.lists(st.tuples(BLANKS, items, BLANKS).map("".join), max_size=3)
    return st.tuples(elements, st.sampled_from(["", ",", ",\n"])).map(
        lambda parts: f"[{','.join(parts[0])}{parts[1] if parts[0] else ''}]"
    )


def inline_tables(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(DOTTED, st.just("="), items).map(" ".join), max_size=3)
    return pairs.map(lambda each: f"{{ {', '.join(each)} }}")


VALUES = st.recursive(SCALARS, lambda items: arrays(items) | inline_tables(items), max_leaves=6)
LINES = st.one_of(
    st.tuples(DOTTED, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    DOTTED.map(lambda key: f"[{key}]"),
    DOTTED.map(lambda key: f"[[ {key} ]]"),
    st.just("# comment = 1"),
    st.just(""),
)


def is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Return a valid document: lines that would make it invalid are left out."""
    text = ""
    for line in draw(st.lists(LINES, max_size=8)):
        if is_toml(f"{text}{line}\n"):
            text = f"{text}{line}\n"
    return text


@given(documents())
def test_the_scanner_finds_exactly_the_paths_that_tomllib_finds(text: str) -> None:
    assert set(paths(tomllib.loads(text))) == set(positions(text))


@given(documents())
def test_the_characters_of_a_string_are_found_one_by_one(text: str) -> None:
    lines, values = text.split("\n"), dict(leaves(tomllib.loads(text)))

    for path, start in locate(text).texts.items():
        here = "\n".join([lines[start.line - 1][start.column - 1 :], *lines[start.line :]])
        assert here.replace("\r\n", "\n").startswith(values[path].replace("\r\n", "\n"))


def leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not isinstance(value, dict | list):
        yield at, value
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(item, (*at, key))


@given(documents())
def test_every_position_lies_in_the_text(text: str) -> None:
    lines = text.split("\n")

    for position in positions(text).values():
        assert 1 <= position.line <= len(lines)
        assert 1 <= position.column <= len(lines[position.line - 1])
