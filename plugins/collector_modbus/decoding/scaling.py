"""Scales raw values so that the result is the double nearest to what people expect.

In binary 2304 * 0.1 is 230.40000000000003. What the user means by 0.1 is a tenth, so integers are
scaled with the fraction that the decimal number stands for: 2304 * 1 / 10 is 230.4, rounded once.
"""

from collections.abc import Callable
from fractions import Fraction
from math import inf, lcm

Number = int | float

_MAX_PART = 10**40
"""Up to here a 64-bit integer times a part stays far inside of a double's range."""

_MAX_EXACT_INTEGER = 2**53
"""Up to here every integer is a double."""


class Scaling:
    """Multiplies by the fraction that a decimal number stands for, and adds another.

    Args:
        scale: What a raw value is multiplied by,
        offset: and what is then added.
        exponent: A power of ten that belongs to the scale.

    Attributes:
        is_moderate: Whether integers are scaled exactly: all but absurdly large or small scales.
        keeps_integers: Whether integers give integers, as no fraction is involved.
    """

    def __init__(self, scale: float, offset: float, exponent: int = 0) -> None:
        self._factor = Fraction(repr(scale)) * Fraction(10) ** exponent
        self._offset = Fraction(repr(offset))
        self._divisor = lcm(self._factor.denominator, self._offset.denominator)
        self._multiplier = int(self._factor * self._divisor)
        self._summand = int(self._offset * self._divisor)
        parts = (abs(self._multiplier), abs(self._summand), self._divisor)
        self.is_moderate = max(parts) <= _MAX_PART
        self.keeps_integers = self.is_moderate and self._divisor == 1

    def of_integers(self) -> Callable[[int], Number]:
        """Return the function for integers of up to 64 bits.

        Its result is an integer or the nearest float. Where the scale is not moderate it is that of
        `of_floats`.
        """
        multiplier, summand, divisor = self._multiplier, self._summand, self._divisor
        if not self.is_moderate:
            return self.of_floats()
        if self.keeps_integers:
            return lambda raw: raw * multiplier + summand
        if multiplier == 1 and not summand:
            return lambda raw: raw / divisor
        return lambda raw: (raw * multiplier + summand) / divisor

    def of_floats(self) -> Callable[[float], float]:
        """Return the function for finite floats; its result may be infinite or no number."""
        offset = _as_float(self._offset)
        denominator = self._factor.denominator
        if self._factor.numerator == 1 and denominator <= _MAX_EXACT_INTEGER:
            return lambda raw: raw / denominator + offset  # a tenth is no double, but ten is
        factor = _as_float(self._factor)
        return lambda raw: raw * factor + offset


def _as_float(fraction: Fraction) -> float:
    try:
        return float(fraction)
    except OverflowError:
        return inf if fraction > 0 else -inf
