"""Sums of points, such as the power of three phases, or import less export."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from graphlib import TopologicalSorter

from collector import MetricValue
from collector_modbus.decoding.finishing import final
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.scaling import Number
from collector_modbus.decoding.stages import chained, finite
from collector_modbus.settings.point import PointSettings

Values = Mapping[str, MetricValue | Missing]
"""What each point has, by its metric."""


def in_order(points: Sequence[PointSettings]) -> list[PointSettings]:
    """Return the sums among points, each behind the sums that it adds up.

    Raises:
        ValueError: Sums add up each other.
    """
    sums = {point.metric: point for point in points if point.sum}
    needs = {metric: [term for term, _ in point.terms] for metric, point in sums.items()}
    return [sums[name] for name in TopologicalSorter(needs).static_order() if name in sums]


def summing(point: PointSettings) -> Callable[[Values], MetricValue | Missing]:
    """Compile a sum into a function from the values of its terms to its own value.

    It adds what people read, so 230.4 - 230.3 is 0.1, and lacks a value for the reason of its first
    term that has none.
    """
    terms, finish = point.terms, chained([finite, *final(point, is_float=False)])
    scale, offset = _as_written(point.scale), _as_written(point.offset)

    def sum_of(values: Values) -> MetricValue | Missing:
        total = Decimal()
        for metric, sign in terms:
            value = values.get(metric, Missing.UNREAD)
            if isinstance(value, str):
                return value if isinstance(value, Missing) else Missing.MALFORMED
            total += sign * _as_written(value)
        return finish(total * scale + offset)

    return sum_of


def _as_written(number: Number) -> Decimal:
    """Return the decimal number that people read: 0.1 and not the double next to it."""
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
