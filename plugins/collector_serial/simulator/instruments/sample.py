"""Makes a line that an expression matches."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from collector_serial.decode.regex_tree import Nodes, tree_of

_PREFERRED = "0 aA,;:=.-_/"
_CATEGORIES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("DIGIT", str.isdecimal),
    ("SPACE", str.isspace),
    ("WORD", lambda letter: letter.isalnum() or letter == "_"),
)


def sample_of(pattern: str, groups: Mapping[str, str]) -> str:
    """Return a text that an expression is found in.

    Args:
        pattern: The expression.
        groups: What stands in its named groups.

    Raises:
        ValueError: None could be made; the user has to say what the device sends.
    """
    compiled = re.compile(pattern, re.ASCII)
    names = {number: name for name, number in compiled.groupindex.items()}
    text = _sequence(tree_of(pattern), names, groups)
    if compiled.search(text) is None:
        raise ValueError("simulate: no line could be made of the pattern; say some in frames")
    return text


def _sequence(nodes: Nodes, names: Mapping[int, str], groups: Mapping[str, str]) -> str:
    return "".join(_node(repr(operator), value, names, groups) for operator, value in nodes)


def _node(operator: str, value: Any, names: Mapping[int, str], groups: Mapping[str, str]) -> str:  # noqa: ANN401 - a tree of re
    if operator == "LITERAL":
        return chr(value)
    if operator == "SUBPATTERN":
        name = names.get(value[0])
        return groups[name] if name else _sequence(list(value[-1]), names, groups)
    if operator == "BRANCH":
        return _sequence(list(value[1][0]), names, groups)
    if operator.endswith("REPEAT"):
        return _sequence(list(value[2]), names, groups) * int(value[0])
    if operator in {"IN", "NOT_LITERAL", "ANY"}:
        return _letter([(operator, value)] if operator != "IN" else value, operator)
    return ""


def _letter(items: Nodes, operator: str) -> str:
    """Return a letter that a set holds, one that people write if there is one."""
    if operator == "ANY":
        return " "
    if operator == "NOT_LITERAL":
        return next(letter for letter in _PREFERRED if ord(letter) != items[0][1])
    letters = _PREFERRED + "".join(map(chr, range(33, 127)))
    return next((letter for letter in letters if _holds(items, letter)), "")


def _holds(items: Nodes, letter: str) -> bool:
    is_negated = any(repr(operator) == "NEGATE" for operator, _ in items)
    return is_negated != any(_is(repr(operator), value, letter) for operator, value in items)


def _is(operator: str, value: Any, letter: str) -> bool:  # noqa: ANN401 - a tree of re
    if operator == "LITERAL":
        return bool(ord(letter) == value)
    if operator == "RANGE":
        return bool(value[0] <= ord(letter) <= value[1])
    if operator != "CATEGORY":
        return False
    word = repr(value)
    is_member = next(test(letter) for name, test in _CATEGORIES if name in word)
    return is_member != ("NOT" in word)
