"""A formula over the metrics of one reading, such as ``(power_l1 + power_l2) / 1000``.

Python's own parser reads it; what it reads is then held against a table of what a formula may be,
and turned into closures. Nothing of it is ever run as code. Names are metric ids; an id that is no
name in Python, such as ``supply air`` or ``t-1``, stands in quotes.
"""

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector.transforms.closures import MAX_DEPTH, Compiler, ExpressionError, Values

MAX_LENGTH = 1000
"""Characters. A longer formula is better several computed metrics."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula, ready to be evaluated.

    Attributes:
        inputs: The metrics that it names, and where each stands first, in characters from 0.
        is_bool: Its result is true or false; else a number.
        evaluate: Returns the result for the values of one reading. Raises KeyError where a metric
            that it needs has none, ArithmeticError or ValueError where there is no result.
    """

    inputs: Mapping[str, int]
    is_bool: bool
    evaluate: Callable[[Values], float | bool]


def parse(text: str) -> Expression:
    """Read a formula.

    Raises:
        ExpressionError: It is none, or longer or deeper than it may be.
    """
    indent = len(text) - len(text.lstrip())
    line = re.sub(r"[\r\n\t]", " ", text).strip()  # as one line, so that a column is an offset
    body = _read(line, indent)
    compiler = Compiler(line, indent)
    evaluate, is_bool = compiler.compile(body, MAX_DEPTH), _is_bool(body)
    if not compiler.inputs:
        raise ExpressionError("names no metric", indent)
    convert = bool if is_bool else float
    inputs = MappingProxyType(compiler.inputs)
    return Expression(inputs, is_bool, lambda values: convert(evaluate(values)))


def _read(line: str, indent: int) -> ast.expr:
    if not line:
        raise ExpressionError("is empty", 0)
    if len(line) > MAX_LENGTH:
        raise ExpressionError(f"must have at most {MAX_LENGTH} characters", indent + MAX_LENGTH)
    if "#" in line:
        raise ExpressionError("a formula has no comments", indent + line.index("#"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python would find odd in code
            return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        column = (error.offset or len(line) + 1) - 1  # 0 where the text ends too soon
        offset = indent + min(max(0, column), len(line))
        raise ExpressionError(f"is no formula: {error.msg}", offset) from None
    except (ValueError, RecursionError, MemoryError):  # a null byte; nested beyond its stack
        raise ExpressionError("is no formula", indent) from None


def _is_bool(node: ast.expr) -> bool:
    """Tell whether a result is true or false whatever the values are."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.IfExp(body=then, orelse=other):
            return _is_bool(then) and _is_bool(other)
    return False
