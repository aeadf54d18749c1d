"""Points that are sums of others: what is wrong with them, and what they need."""

from collections.abc import Iterable, Mapping

from collector import ValueType
from collector_modbus.profiles.nearest import hint
from collector_modbus.settings.point import PointSettings


def problem(points: Mapping[str, PointSettings]) -> str:
    """Return what makes the sums among these points impossible; empty if nothing does.

    Args:
        points: All points that a sum can name, by metric.
    """
    return next((text for point in points.values() if (text := _problem(point, points))), "")


def needed_by(metrics: Iterable[str], points: Mapping[str, PointSettings]) -> set[str]:
    """Return all metrics that have to be read for these, themselves included.

    Args:
        metrics: Whose values are wanted.
        points: All points, by metric; their sums must have no `problem`.
    """
    found: set[str] = set()
    waiting = list(metrics)
    while waiting:
        metric = waiting.pop()
        if metric not in found:
            found.add(metric)
            waiting.extend(term for term, _ in points[metric].terms)
    return found


def _problem(point: PointSettings, points: Mapping[str, PointSettings]) -> str:
    for term, _ in point.terms:
        if term not in points:
            return f"sum {point.metric!r}: there is no metric {term!r}{hint(term, points)}"
        if points[term].metric_type not in (ValueType.DOUBLE, ValueType.INTEGER):
            kind = points[term].metric_type
            return f"sum {point.metric!r}: {term!r} is no number but a {kind}"
    circle = _circle((point.metric,), points)
    return f"sum {point.metric!r} contains itself: {' -> '.join(circle)}" if circle else ""


def _circle(way: tuple[str, ...], points: Mapping[str, PointSettings]) -> tuple[str, ...]:
    """Return the way from a sum back to itself; empty if there is none."""
    for term, _ in points[way[-1]].terms if way[-1] in points else ():
        if term == way[0]:
            return (*way, term)
        if term not in way and (circle := _circle((*way, term), points)):
            return circle
    return ()
