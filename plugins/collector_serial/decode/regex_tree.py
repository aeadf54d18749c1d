"""The tree of a regular expression. The one place that looks into the private parts of `re`."""

import re
from collections.abc import Sequence
from re import _parser  # type: ignore[attr-defined]  # nothing public gives the tree
from typing import Any

Nodes = Sequence[tuple[Any, Any]]
"""Operators, whose names ``repr`` gives, and what belongs to each."""


def tree_of(pattern: str) -> Nodes:
    """Return the parts of an expression, one after the other.

    Raises:
        re.error: It is none.
    """
    return list(_parser.parse(pattern, re.ASCII))
