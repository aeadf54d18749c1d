"""The functions that an expression may call."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

MAX_EXPONENT = 64
"""Beyond it a power is no formula of a sensor; far within, it leaves the range of doubles."""


class Function(NamedTuple):
    """A function and how many arguments it takes.

    Attributes:
        most: None for any number.
    """

    call: Callable[..., float]
    least: int
    most: int | None

    @property
    def arguments(self) -> str:
        """How many it takes, in words."""
        if self.most is None:
            return f"at least {self.least} values"
        if self.least == self.most:
            return f"{self.least} value{'s' if self.least > 1 else ''}"
        return f"{self.least} or {self.most} values"


def power(base: float, exponent: float) -> float:
    """Return a power.

    Raises:
        ValueError: The exponent is too large, or there is no such number.
        OverflowError: The result is too large.
    """
    if abs(exponent) > MAX_EXPONENT:
        raise ValueError(f"an exponent beyond {MAX_EXPONENT}")
    return math.pow(base, exponent)


def rounded(value: float, digits: float = 0) -> float:
    """Return a value with so many decimal places.

    Raises:
        ValueError: The number of places is no whole one.
    """
    if not float(digits).is_integer():
        raise ValueError("a number of decimal places is whole")
    return float(round(value, int(digits)))


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "min": Function(min, 2, None),
        "max": Function(max, 2, None),
        "abs": Function(abs, 1, 1),
        "round": Function(rounded, 1, 2),
        "sqrt": Function(math.sqrt, 1, 1),
        "exp": Function(math.exp, 1, 1),
        "log": Function(math.log, 1, 2),
        "pow": Function(power, 2, 2),
    }
)
