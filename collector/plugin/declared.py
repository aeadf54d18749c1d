"""Takes metrics out of a source's hands: what comes back here is plain data that can be sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from collector.plugin.foreign import shown
from collector.plugin.source import Metric
from collector.wire.ids import is_metric_id
from collector.wire.units import ValueType, ValueUnit

MAX_METRIC_TEXT = 256
"""Characters of a name and of an annotation: a hundred metrics are named in one message, which the
agent takes up to 256 KiB of."""

WORDS = ("name", "annotation")
"""The texts of a metric that the agent is told."""

BAD_ID_HINT = "use 1 to 32 letters, digits, spaces, '_' or '-'"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a source declares.

    Attributes:
        usable: Its metrics by their ids.
        faults: The others, and what is wrong with each, for people.
    """

    usable: dict[str, Metric] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnusableMetric:
    """What stands for a metric that has come from another process and that nobody can use.

    Attributes:
        fault: What is wrong with it, for people.
    """

    fault: str


def declared(metrics: object) -> Declared:
    """Sort what a source declares. May raise whatever code of the source raises.

    Raises:
        TypeError: It is nothing that can hold metrics.
    """
    if not isinstance(metrics, Iterable):
        raise TypeError(f"it is a {type(metrics).__name__}: give a sequence of Metric")
    found = Declared()
    for metric in metrics:
        fault = metric_fault(metric)
        if fault:
            found.faults.append(fault)
        elif isinstance(metric, Metric):
            found.usable[metric.id] = _plain(metric)
    return found


def repeated(metrics: Iterable[object]) -> list[str]:
    """Return the ids that several metrics have."""
    ids = Counter(metric.id for metric in metrics if isinstance(metric, Metric))
    return sorted(name for name, count in ids.items() if count > 1)


def metric_fault(metric: object) -> str:
    """Return why a metric cannot be used, in a sentence without its subject; empty if it can."""
    if isinstance(metric, UnusableMetric):
        return metric.fault
    if not isinstance(metric, Metric):
        return f"declares {shown(metric)}, which is no metric: give Metric(...)"
    name: object = metric.id  # as it is, not as it is typed
    if type(name) is not str or not is_metric_id(name):
        return f"declares a metric {shown(name)}, which is no id: {BAD_ID_HINT}"
    why = _unit_fault(metric) or "".join(text_fault(metric, words) for words in WORDS)
    return f"declares metric {name!r}, which cannot be used: its {why}" if why else ""


def text_fault(metric: Metric, words: str) -> str:
    """Return what is wrong with one of the `WORDS` of a metric; empty when nothing is."""
    text: object = getattr(metric, words)
    if type(text) is not str:
        return f"{words} is a {type(text).__name__}, not a string"
    if len(text) > MAX_METRIC_TEXT:
        return f"{words} has {len(text)} characters: at most {MAX_METRIC_TEXT}"
    try:
        text.encode()
    except UnicodeEncodeError:
        return f"{words} holds lone surrogates: decode bytes with errors='replace'"
    return ""


def _unit_fault(metric: Metric) -> str:
    unit: object = metric.unit
    value_type: object = metric.type
    if unit is not None and not isinstance(unit, ValueUnit):
        return f"unit {shown(unit)} is no ValueUnit: say other units as the annotation"
    return "" if isinstance(value_type, ValueType) else f"type {shown(value_type)} is no ValueType"


def _plain(metric: Metric) -> Metric:
    """Return the same without the code that a subclass may bring."""
    return Metric(
        id=metric.id,
        name=metric.name,
        unit=metric.unit,
        type=metric.type,
        annotation=metric.annotation,
    )
