"""Whether something grows, told from many looks at it, with how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, linear_regression

BLOCKS = 20
"""Looks shortly after one another are alike; the means of blocks of them hardly are."""

T_95 = 2.101
"""Student's t for 18 degrees of freedom, 95 % on both sides."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How fast something grows, per look.

    Attributes:
        slope: The best estimate.
        margin: The true slope lies so far from it at most, with 95 % confidence.
    """

    slope: float
    margin: float

    @property
    def at_most(self) -> float:
        """The upper end of the 95 % confidence interval."""
        return self.slope + self.margin


def growth(looks: Sequence[float]) -> Growth:
    """Return the growth over a number of looks that `BLOCKS` divides, or those that it does."""
    size = len(looks) // BLOCKS
    blocks = [fmean(looks[at : at + size]) for at in range(0, size * BLOCKS, size)]
    places = [size * number for number in range(BLOCKS)]
    slope, intercept = linear_regression(places, blocks)
    left = sum((y - intercept - slope * x) ** 2 for x, y in zip(places, blocks, strict=True))
    middle = fmean(places)
    spread = sum((x - middle) ** 2 for x in places)
    return Growth(slope, T_95 * sqrt(left / (BLOCKS - 2) / spread))
