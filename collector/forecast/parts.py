"""What transforms leave of what a source gives, as bounds: what leaves together, and how often."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from collector.plugin.source import Metric
from collector.transforms.changes import DeadbandSettings, OnChangeSettings
from collector.transforms.kinds import KINDS
from collector.transforms.quality import FrozenSettings, RangeSettings
from collector.transforms.selection import selected
from collector.transforms.settings import ForMetrics, TransformSettings
from collector.transforms.step import Tally
from collector.transforms.window import WindowSettings

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Part:
    """Metrics that leave in one message.

    Attributes:
        metrics: By their ids.
        least_per_day: Messages with them, if nothing that may be left out is sent.
        most_per_day: If everything that may be sent is.
    """

    metrics: Mapping[str, Metric]
    least_per_day: float
    most_per_day: float


def parts_after(
    transforms: Iterable[TransformSettings], metrics: Iterable[Metric], per_day: float
) -> list[Part]:
    """Return what leaves a source's transforms.

    Args:
        transforms: In their order.
        metrics: What one reading gives.
        per_day: How many readings there are.
    """
    parts = [Part({metric.id: metric for metric in metrics}, per_day, per_day)]
    for transform in transforms:
        parts = [after for part in parts for after in _after(transform, part)]
    return parts


def _after(transform: TransformSettings, part: Part) -> list[Part]:
    wanted = transform.metric if isinstance(transform, ForMetrics) else ""
    names = [name for name in selected(wanted, part.metrics) if wanted]
    followed = dict(KINDS[transform.type].make(transform, Tally()).follow(part.metrics).metrics)
    bounds = _BOUNDS.get(type(transform))
    if bounds is None or not (names or not part.metrics):
        return [replace(part, metrics=followed)]
    return bounds(transform, part, names, followed)


def _window(
    transform: WindowSettings, part: Part, names: list[str], followed: dict[str, Metric]
) -> list[Part]:
    per_day = DAY_S / transform.period
    made = {name: metric for name, metric in followed.items() if name not in part.metrics}
    rest = {name: metric for name, metric in followed.items() if name in part.metrics}
    windows = Part(
        made or {f"{name}-mean": part.metrics[name] for name in names},
        min(part.least_per_day, per_day),
        min(part.most_per_day, per_day),
    )
    return [windows, replace(part, metrics=rest)] if rest else [windows]


def _reported(
    transform: DeadbandSettings | OnChangeSettings,
    part: Part,
    names: list[str],
    followed: dict[str, Metric],
) -> list[Part]:
    others = len(names) < len(part.metrics)
    longest_s, shortest_s = transform.max_period, transform.min_period
    least = min(part.least_per_day, DAY_S / longest_s) if longest_s else 0.0
    most = part.most_per_day
    if shortest_s:  # each metric that is held back may leave by itself
        most = min(most, max(1, len(names)) * DAY_S / shortest_s)
    if others:  # they leave in any case
        return [Part(followed, part.least_per_day, part.most_per_day)]
    return [Part(followed, least, most)]


def _judged(
    transform: TransformSettings, part: Part, names: list[str], followed: dict[str, Metric]
) -> list[Part]:
    del transform
    is_all = len(names) == len(part.metrics)
    return [Part(followed, 0.0 if is_all else part.least_per_day, part.most_per_day)]


_BOUNDS: Mapping[type, Callable[[Any, Part, list[str], dict[str, Metric]], list[Part]]] = (
    MappingProxyType(
        {
            WindowSettings: _window,
            DeadbandSettings: _reported,
            OnChangeSettings: _reported,
            RangeSettings: _judged,
            FrozenSettings: _judged,
        }
    )
)
"""Of the transforms that leave something out; what others do changes no rate."""
