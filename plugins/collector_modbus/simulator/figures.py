"""How the values of a simulated device move: what a point shows over time. Pure."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes
from collector_modbus.simulator.quantities import Quantity, quantity_of
from collector_modbus.simulator.ranges import RawRange, factor_of, range_of

MAX_EXPONENT = 10
"""Powers of ten from -10 to 10 are scale factors (SunSpec information models, type sunssf)."""

_FINEST_EXPONENT = -3
_ROOM_TO_GROW = 2.0
_PERIODS_S = (120.0, 360.0)
_HOLDS_S = (20.0, 90.0)


class Figure(Protocol):
    """What a point shows over time."""

    def at(self, t_s: float) -> float:
        """Return the raw number so long after the start."""
        ...


@dataclass(frozen=True, slots=True)
class Wave:
    """A number that slowly goes up and down, or only grows.

    Attributes:
        raw: What the raw number may be.
        factor: A value is the raw number times this,
        offset: plus this.
        least: The lowest value.
        most: The highest; where it starts again, if it grows.
        grows_per_s: By how much it grows; 0 for up and down.
        starts_at: The first value of one that grows.
        period_s: Of the others,
        phase: and how much of it they are ahead, 0 to 1.
    """

    raw: RawRange
    factor: float
    offset: float
    least: float
    most: float
    grows_per_s: float
    starts_at: float
    period_s: float
    phase: float

    def at(self, t_s: float) -> float:
        """See `Figure`."""
        return self.raw.nearest((self._value_at(t_s) - self.offset) / self.factor)

    def _value_at(self, t_s: float) -> float:
        width = self.most - self.least
        if not self.grows_per_s or width <= 0:
            share = math.sin(2 * math.pi * (t_s / self.period_s + self.phase))
            return self.least + width * (1 + share) / 2
        grown = self.starts_at - self.least + self.grows_per_s * t_s
        return self.least + grown % width


@dataclass(frozen=True, slots=True)
class Steps:
    """One code after another, each for some time.

    Attributes:
        codes: The codes, at least one.
        hold_s: For how long.
        phase: Where it starts, 0 to 1.
    """

    codes: Sequence[int]
    hold_s: float
    phase: float

    def at(self, t_s: float) -> float:
        """See `Figure`."""
        return self.codes[int(t_s / self.hold_s + self.phase * len(self.codes)) % len(self.codes)]


def figure_of(point: PointSettings, invalid: InvalidCodes, seed: int, exponent: int) -> Figure:
    """Return how a point with an address that is no text moves.

    Args:
        point: The point.
        invalid: The device's codes for "no value", for points without codes of their own.
        seed: With the metric's id, decides about phases and speeds.
        exponent: What its scale register holds.
    """
    draw = random.Random(f"{seed}/{point.metric}")  # noqa: S311 - no secret
    raw = range_of(point, invalid, exponent)
    if codes := _codes(point, raw):
        return Steps(codes, draw.uniform(*_HOLDS_S), draw.random())
    factor = float(factor_of(point, exponent)) or 1.0
    ends = sorted((raw.least * factor + point.offset, raw.most * factor + point.offset))
    likely = quantity_of(point)
    least, most = _within(likely, *ends)
    phase = draw.random()
    return Wave(
        raw=raw,
        factor=factor,
        offset=point.offset,
        least=least,
        most=max(least, ends[1]) if likely.grows_per_s else most,
        grows_per_s=likely.grows_per_s,
        starts_at=least + phase * (most - least) / _ROOM_TO_GROW,
        period_s=draw.uniform(*_PERIODS_S),
        phase=phase,
    )


def exponent_for(points: Sequence[PointSettings], invalid: InvalidCodes) -> int:
    """Return the power of ten with which all points of one scale register are shown best."""
    for exponent in range(_FINEST_EXPONENT, MAX_EXPONENT + 1):
        if all(_fits(point, invalid, exponent) for point in points):
            return exponent
    return 0


def _codes(point: PointSettings, raw: RawRange) -> list[int]:
    """Return the codes that a point shows one after the other; none if it is a number."""
    if point.enum:
        return [int(code) for code in point.enum if raw.holds(int(code))]
    if point.flags:
        flags = [1 << int(bit) for bit in point.flags]
        return [code for code in (0, *flags, sum(flags[:2])) if raw.holds(code)]
    is_bit = point.register_table.holds_bits or point.bit is not None
    return [0, 1] if is_bit or point.format.kind is Kind.BOOL else []


def _within(likely: Quantity, least: float, most: float) -> tuple[float, float]:
    """Return the likely values that are possible, or possible ones that are near to likely ones."""
    width = likely.most - likely.least
    if likely.least > most:
        return max(least, most - width), most
    if likely.most < least:
        return least, min(most, least + width)
    return max(likely.least, least), min(likely.most, most)


def _fits(point: PointSettings, invalid: InvalidCodes, exponent: int) -> bool:
    factor = float(factor_of(point, exponent))
    likely = quantity_of(point)
    if not factor:
        return True
    room = _ROOM_TO_GROW if likely.grows_per_s else 1.0
    ends = sorted((value - point.offset) / factor for value in (likely.least, room * likely.most))
    unlimited = point.model_copy(update={"minimum": None, "maximum": None})
    raw = range_of(unlimited, invalid, exponent)
    return raw.least <= ends[0] and ends[1] <= raw.most
