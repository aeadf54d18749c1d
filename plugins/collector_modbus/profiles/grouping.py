"""Which group of a source reads which point."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from collector_modbus.profiles.nearest import hint
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import GroupSettings


def assigned(
    points: Sequence[PointSettings], groups: Sequence[GroupSettings]
) -> list[PointSettings]:
    """Return the points, each with the group that reads it.

    A point names its group itself, or belongs to the first whose patterns match, or to none. A
    hidden point that names none goes with the sum that needs it.

    Raises:
        ValueError: A group is not declared, has no points or a pattern that matches nothing, or
            parts a sum from its terms.
    """
    _check_names(points, groups)
    _check_patterns(points, groups)
    found = {
        point.metric: point.group or _matching_group(point.metric, groups)
        for point in points
        if point.group or not point.hidden
    }
    _take_terms_along(found, {point.metric: point for point in points})
    _check_use(groups, found)
    return [point.model_copy(update={"group": found[point.metric]}) for point in points]


def _matching_group(metric: str, groups: Sequence[GroupSettings]) -> str:
    for group in groups:
        if any(fnmatchcase(metric, pattern) for pattern in group.metrics):
            return group.name
    return ""


def _take_terms_along(found: dict[str, str], points: Mapping[str, PointSettings]) -> None:
    """Give the hidden terms of each sum the sum's group."""
    waiting = [metric for metric in found if points[metric].sum]
    while waiting:
        metric = waiting.pop()
        for term, _ in points[metric].terms:
            if term not in found:
                found[term] = found[metric]
                waiting.append(term)
            if found[term] != found[metric]:
                raise ValueError(
                    f"sum {metric!r} is read {_spoken(found[metric])}, but its term {term!r} "
                    f"{_spoken(found[term])}: put both into one group"
                )


def _spoken(group: str) -> str:
    return f"in group {group!r}" if group else "at the source's interval"


def _check_names(points: Sequence[PointSettings], groups: Sequence[GroupSettings]) -> None:
    names = [group.name for group in groups]
    for point in points:
        if point.group and point.group not in names:
            nearest = hint(point.group, names)
            raise ValueError(
                f"point {point.metric!r}: there is no [[source.group]] {point.group!r}{nearest}"
            )


def _check_patterns(points: Sequence[PointSettings], groups: Sequence[GroupSettings]) -> None:
    metrics = [point.metric for point in points if not point.hidden]
    for group in groups:
        for pattern in group.metrics:
            if not any(fnmatchcase(metric, pattern) for metric in metrics):
                nearest = hint(pattern, metrics)
                raise ValueError(f"group {group.name!r}: no metric matches {pattern!r}{nearest}")


def _check_use(groups: Sequence[GroupSettings], found: Mapping[str, str]) -> None:
    for group in groups:
        if group.name not in found.values():
            why = "groups before it have all that it matches" if group.metrics else "no metrics"
            raise ValueError(
                f"group {group.name!r} has no points: {why}; name some in its metrics, or it in "
                "the group of a [[source.point]]"
            )
