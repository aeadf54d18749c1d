r"""Proves how long an expression may take, so that none can hold up the process.

Python's matcher tries one way after the other, and cannot be stopped while it does. How many ways
there are follows from the expression: a repetition whose next character tells whether it goes on
(``[^,]*,``) leaves one; a repetition that may end anywhere (``.*,``) leaves as many as the line has
characters; repetitions inside of such ones leave more than can be counted. So the steps for a line
of n characters are at most ::

    2 * n * constant * n ** places / places!

where places counts the repetitions that may end anywhere, and the start if that is not fixed: their
ends lie one after the other, so only one order in places! is possible. Each way is walked once and
back. The longest line whose steps stay within `BUDGET_STEPS` is what the expression is safe for.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from collector_serial.decode.regex_tree import Nodes, tree_of

BUDGET_STEPS = 6_000_000
"""For the worst line there is; a fraction of a second."""

MAX_LENGTH = 4096
"""No line is longer."""

MIN_LENGTH = 64
"""An expression that is safe only for shorter lines is refused."""

_OTHER = 256  # stands for all characters that are no byte
_ALL = frozenset(range(_OTHER + 1))
_DIGITS = frozenset(b"0123456789")
_WORDS = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_SPACES = frozenset(b" \t\n\r\f\v")
_CATEGORIES = (("DIGIT", _DIGITS), ("WORD", _WORDS), ("SPACE", _SPACES))
_MANY = 64  # a repetition with more choices counts as one without an end
_MAX_MULTIPLIED = 3
_IGNORES_CASE = re.compile(r"\(\?[aLmsux]*i")


class UnsafePatternError(ValueError):
    """The expression cannot be bounded, or only for lines that are too short to be of use."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part of an expression.

    Attributes:
        first: The characters that it may begin with.
        is_empty: Whether it may match nothing.
        degree: How many of its repetitions may end anywhere.
        constant: How many other ways there are.
    """

    first: frozenset[int] = frozenset()
    is_empty: bool = True
    degree: int = 0
    constant: int = 1

    def then(self, later: "_Part") -> "_Part":
        """Return this part followed by another."""
        return _Part(
            self.first | later.first if self.is_empty else self.first,
            self.is_empty and later.is_empty,
            self.degree + later.degree,
            self.constant * later.constant,
        )


def safe_length(pattern: str) -> int:
    """Return the longest line, in characters, that an expression is safe for.

    Raises:
        UnsafePatternError: It is not safe even for short ones, or holds what cannot be bounded.
    """
    nodes = tree_of(pattern)
    reader = _Reader(ignores_case=_IGNORES_CASE.search(pattern) is not None)
    part = reader.sequence(nodes, frozenset())
    longest = _longest(part, part.degree + (0 if _is_anchored(nodes) else 1))
    if longest < MIN_LENGTH:
        raise UnsafePatternError(
            f"pattern: could take seconds for a line of {longest + 1} characters; begin it with ^ "
            "and say where repetitions end: [^,]* in place of .*"
        )
    return longest


def _longest(part: _Part, places: int) -> int:
    longest = MAX_LENGTH
    while _steps(part, places, longest) > BUDGET_STEPS:
        longest -= longest // 64 + 1
    return longest


def _steps(part: _Part, places: int, length: int) -> int:
    ways: int = part.constant * length**places
    return 2 * length * ways // math.factorial(places)


def _is_anchored(nodes: Nodes) -> bool:
    return bool(nodes) and repr(nodes[0][0]) == "AT" and "BEGINNING" in repr(nodes[0][1])


class _Reader:
    """Walks through the tree of an expression.

    Args:
        ignores_case: Letters stand for both cases.
    """

    def __init__(self, *, ignores_case: bool) -> None:
        self._ignores_case = ignores_case

    def sequence(self, nodes: Nodes, follow: frozenset[int]) -> _Part:
        """Return what is known of parts one after the other, from the last to the first.

        Args:
            nodes: The parts.
            follow: The characters that may come after them.
        """
        rest = _Part()
        for operator, argument in reversed(nodes):
            after = rest.first | follow if rest.is_empty else rest.first
            rest = self._node(repr(operator), argument, after).then(rest)
        return rest

    def _node(self, operator: str, argument: Any, follow: frozenset[int]) -> _Part:  # noqa: ANN401 - a tree of re
        if operator == "AT":
            return _Part()
        if operator in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            return _Part(self._characters(operator, argument), is_empty=False)
        if operator == "SUBPATTERN":
            return self.sequence(list(argument[-1]), follow)
        if operator == "BRANCH":
            return _branch([self.sequence(list(branch), follow) for branch in argument[1]], follow)
        if operator in {"MAX_REPEAT", "MIN_REPEAT"}:
            return self._repeat(argument, follow)
        if operator == "POSSESSIVE_REPEAT":
            return self._repeat(argument, frozenset())  # what it has taken it keeps
        if operator == "ATOMIC_GROUP":
            return self.sequence(list(argument), follow)
        raise UnsafePatternError(
            f"pattern: {operator.lower().replace('_', ' ')} cannot be bounded; write it without"
        )

    def _repeat(self, argument: tuple[int, int, Any], follow: frozenset[int]) -> _Part:
        lowest, highest, body = argument
        again = self.sequence(list(body), frozenset()).first if highest > 1 else frozenset()
        part = self.sequence(list(body), follow | again)
        degree, constant = _multiplied(part, int(highest))
        choices = int(highest) - int(lowest)
        if choices and (part.is_empty or part.first & follow):
            may_end_anywhere = choices > _MANY
            degree += may_end_anywhere
            constant *= 1 if may_end_anywhere else choices + 1
        return _Part(part.first, part.is_empty or lowest == 0, degree, constant)

    def _characters(self, operator: str, argument: Any) -> frozenset[int]:  # noqa: ANN401 - a tree of re
        if operator == "ANY":
            return _ALL
        if operator == "IN":
            return self._set(argument)
        found = self._cased((argument,))
        return found if operator == "LITERAL" else _ALL - frozenset((argument,)) | {_OTHER}

    def _set(self, items: Nodes) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        is_negated = False
        for operator, argument in items:
            word = repr(operator)
            if word == "NEGATE":
                is_negated = True
            elif word == "CATEGORY":
                found |= _category(repr(argument))
            else:
                low, high = (argument, argument) if word == "LITERAL" else argument
                found |= self._cased(range(low, high + 1))
        return _ALL - found | {_OTHER} if is_negated else found

    def _cased(self, codes: Iterable[int]) -> frozenset[int]:
        """Return characters, in both cases if that makes no difference."""
        if not self._ignores_case:
            return frozenset(min(code, _OTHER) for code in codes)
        found: set[int] = set()
        for code in codes:
            letters = chr(code) + chr(code).lower() + chr(code).upper()
            found |= {min(ord(letter), _OTHER) for letter in letters}
        return frozenset(found)


def _branch(branches: Sequence[_Part], follow: frozenset[int]) -> _Part:
    firsts = [part.first | follow if part.is_empty else part.first for part in branches]
    constants = [part.constant for part in branches]
    return _Part(
        frozenset().union(*(part.first for part in branches)),
        any(part.is_empty for part in branches),
        max(part.degree for part in branches),
        max(constants) if _are_disjoint(firsts) else sum(constants),
    )


def _multiplied(part: _Part, times: int) -> tuple[int, int]:
    """Return the ways of a part that is repeated: those of each time, multiplied.

    Raises:
        UnsafePatternError: They cannot be counted.
    """
    if times == 1 or (part.degree, part.constant, part.is_empty) == (0, 1, False):
        return part.degree, part.constant
    if times > _MAX_MULTIPLIED:
        raise UnsafePatternError(
            "pattern: a repetition inside of a repetition may take for ever; say where the inner "
            "one ends, as in (?:[^,]*,)*"
        )
    return part.degree * times, part.constant**times


def _are_disjoint(sets: Sequence[frozenset[int]]) -> bool:
    return sum(map(len, sets)) == len(frozenset().union(*sets))


def _category(word: str) -> frozenset[int]:
    found = next(members for name, members in _CATEGORIES if word.endswith(name))
    return _ALL - found if "NOT" in word else found
