"""Holds transforms against what their sources can give: are there such metrics, of such a type?"""

from collector.config.complaints import Complaints
from collector.config.sources import Found
from collector.config.transforms import complain
from collector.plugin.border import PluginFault
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.source import Metric, Source
from collector.transforms.pipeline import Pipeline
from collector.transforms.quality import FrozenSettings


def check_transforms(item: Found, complaints: Complaints) -> None:
    """Complain about the transforms of a source that cannot do what they are told."""
    for index, transform in enumerate(item.source.transforms):
        if isinstance(transform, FrozenSettings) and transform.after <= item.source.interval:
            complaints.add(
                ("source", item.index, "transform", index, "after"),
                f"must be longer than the interval, {item.source.interval:g} s",
            )
    if item.source.transforms:
        sent_metrics(item, complaints)


def sent_metrics(item: Found, complaints: Complaints) -> list[Metric]:
    """Return the metrics that a source sends, as far as it can be known before it is opened.

    Args:
        item: The source.
        complaints: Gets what is wrong with it, or with its transforms.
    """
    metrics = [] if item.made is None else _metrics(item, item.made, complaints)
    if item.made is None or not metrics:
        return []  # they come when it is open
    outcome = Pipeline(item.source.transforms).follow(metrics)
    for index, problem in outcome.problems:
        at = ("source", item.index, "transform", index)
        if problem.may_come and item.made.may_learn_metrics:
            complaints.warn((*at, problem.key), f"{problem.message}; the source may learn of it")
        else:
            complain(problem, item.source.transforms[index], at, complaints)
    return list(outcome.metrics.values())


def _metrics(item: Found, made: Source, complaints: Complaints) -> list[Metric]:
    try:
        return bounded(
            f"{item.source.name}: plugin {item.source.plugin!r}",
            "listing its metrics",
            lambda: [_checked(metric) for metric in made.metrics],
            CALL_LIMIT_S,
        )
    except PluginFault as fault:
        message = f"plugin {item.source.plugin!r} is broken: {fault}"
        complaints.add(("source", item.index, "plugin"), message)
        return []


def _checked(metric: object) -> Metric:
    if not isinstance(metric, Metric):
        raise TypeError(f"gave a {type(metric).__name__} where a Metric is due")
    return metric
