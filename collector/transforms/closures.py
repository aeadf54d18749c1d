"""Turns what Python's parser has read into closures, and refuses all that a formula has not.

There is no ``eval``: only the nodes of `_COMPILERS` have a meaning, and none of them is an
attribute, an index, a text, or a call of anything but `FUNCTIONS`.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from collector.transforms.functions import FUNCTIONS, MAX_EXPONENT, power
from collector.wire.units import MetricValue

MAX_DEPTH = 32
"""Operations inside each other; evaluation costs as much of Python's stack."""

Values = Mapping[str, MetricValue]
Evaluate = Callable[[Values], Any]

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: power,
    }
)
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = MappingProxyType(
    {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_}
)
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = MappingProxyType(
    {
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
    }
)
_ALLOWED = "numbers, metrics, + - * / // % **, comparisons, and, or, not, if-else, functions"


class ExpressionError(Exception):
    """It is no formula.

    Attributes:
        offset: Where in the text, in characters from 0.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Compiler:
    """Compiles one formula.

    Args:
        line: The text that the parser read.
        indent: How many characters of the whole text stand before it.

    Attributes:
        inputs: The metrics that were named so far, and where each stood first.
    """

    def __init__(self, line: str, indent: int) -> None:
        self.inputs: dict[str, int] = {}
        self._line = line.encode()  # the parser's columns count bytes
        self._indent = indent

    def compile(self, node: ast.expr, depth: int) -> Evaluate:
        """Return what evaluates a node.

        Raises:
            ExpressionError: It, or something in it, has no place in a formula.
        """
        if depth == 0:
            raise self.error(f"is nested too deeply, more than {MAX_DEPTH} levels", node)
        compile_it = _COMPILERS.get(type(node))
        if compile_it is None:
            raise self.error(f"this has no place in a formula (allowed: {_ALLOWED})", node)
        return compile_it(self, node, depth - 1)

    def all_of(self, nodes: Sequence[ast.expr], depth: int) -> list[Evaluate]:
        """Return what evaluates each of some nodes."""
        return [self.compile(node, depth) for node in nodes]

    def input(self, name: str, node: ast.expr) -> Evaluate:
        """Return what looks up a metric."""
        self.inputs.setdefault(name, self._offset(node))
        return operator.itemgetter(name)

    def error(self, message: str, node: ast.expr) -> ExpressionError:
        """Return an error at a node."""
        return ExpressionError(message, self._offset(node))

    def _offset(self, node: ast.expr) -> int:
        return self._indent + len(self._line[: node.col_offset].decode(errors="ignore"))


def _constant(compiler: Compiler, node: ast.Constant, depth: int) -> Evaluate:
    del depth
    value = node.value
    if isinstance(value, str):
        return compiler.input(value, node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise compiler.error(f"{value!r} is no number", node)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number - number != 0:
        raise compiler.error("the number is too large", node)
    return lambda _: number


def _name(compiler: Compiler, node: ast.Name, depth: int) -> Evaluate:
    del depth
    return compiler.input(node.id, node)


def _binary(compiler: Compiler, node: ast.BinOp, depth: int) -> Evaluate:
    apply = _BINARY.get(type(node.op))
    if apply is None:
        raise compiler.error(f"this operator has no place in a formula (allowed: {_ALLOWED})", node)
    if apply is power:
        _check_exponent(compiler, node.right)
    left, right = compiler.all_of((node.left, node.right), depth)
    return lambda values: apply(left(values), right(values))


def _unary(compiler: Compiler, node: ast.UnaryOp, depth: int) -> Evaluate:
    apply = _UNARY.get(type(node.op))
    if apply is None:
        raise compiler.error(f"this operator has no place in a formula (allowed: {_ALLOWED})", node)
    operand = compiler.compile(node.operand, depth)
    return lambda values: apply(operand(values))


def _logical(compiler: Compiler, node: ast.BoolOp, depth: int) -> Evaluate:
    parts = compiler.all_of(node.values, depth)
    decide = all if isinstance(node.op, ast.And) else any
    return lambda values: decide(part(values) for part in parts)


def _comparison(compiler: Compiler, node: ast.Compare, depth: int) -> Evaluate:
    terms = compiler.all_of((node.left, *node.comparators), depth)
    tests = [test for each in node.ops if (test := _COMPARISONS.get(type(each))) is not None]
    if len(tests) < len(node.ops):
        raise compiler.error("no such comparison (allowed: < <= > >= == !=)", node)
    if len(tests) == 1:
        [test], (left, right) = tests, terms
        return lambda values: test(left(values), right(values))
    steps = list(zip(tests, terms, terms[1:], strict=False))
    return lambda values: all(test(left(values), right(values)) for test, left, right in steps)


def _choice(compiler: Compiler, node: ast.IfExp, depth: int) -> Evaluate:
    test, then, other = compiler.all_of((node.test, node.body, node.orelse), depth)
    return lambda values: then(values) if test(values) else other(values)


def _call(compiler: Compiler, node: ast.Call, depth: int) -> Evaluate:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    function = FUNCTIONS.get(name)
    if function is None:
        raise compiler.error(_no_function(name), node)
    if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        raise compiler.error(f"{name}() takes plain values", node)
    count, call = len(node.args), function.call
    if count < function.least or (function.most is not None and count > function.most):
        raise compiler.error(f"{name}() takes {function.arguments}, not {count}", node)
    if call is power:
        _check_exponent(compiler, node.args[1])
    arguments = compiler.all_of(node.args, depth)
    return lambda values: call(*[argument(values) for argument in arguments])


def _check_exponent(compiler: Compiler, node: ast.expr) -> None:
    """Refuse an exponent that would never have a result."""
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    number = value.value if isinstance(value, ast.Constant) else 0
    if isinstance(number, int | float) and number > MAX_EXPONENT:
        raise compiler.error(f"an exponent is at most {MAX_EXPONENT}", node)


def _no_function(name: str) -> str:
    if not name:
        return "only functions can be called"
    nearest = difflib.get_close_matches(name, FUNCTIONS, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"there is no function {name}(){hint} (allowed: {', '.join(FUNCTIONS)})"


_COMPILERS: Mapping[type[ast.expr], Callable[[Compiler, Any, int], Evaluate]] = MappingProxyType(
    {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _logical,
        ast.Compare: _comparison,
        ast.IfExp: _choice,
        ast.Call: _call,
    }
)
