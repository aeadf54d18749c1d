"""The Prometheus text format, version 0.0.4."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its samples.

    Attributes:
        name: Without the prefix ``collector_``; counters end with ``_total``.
        help: What it is, one line.
        samples: Returns the samples of a snapshot; one that is None is not known and left out.
    """

    name: str
    type: Literal["counter", "gauge"]
    help: str
    samples: Callable[[dict[str, Any]], Iterable[Sample]]

    @property
    def full_name(self) -> str:
        """The name as scrapers see it."""
        return f"collector_{self.name}"


def exposition(families: Iterable[Family], snapshot: dict[str, Any]) -> str:
    """Return all metrics of a snapshot as text; families without a sample are left out."""
    return "".join(_family(family, [*family.samples(snapshot)]) for family in families)


def _family(family: Family, samples: list[Sample]) -> str:
    if not samples:
        return ""
    name = family.full_name
    head = f"# HELP {name} {_escaped(family.help)}\n# TYPE {name} {family.type}\n"
    return head + "".join(
        f"{name}{_labels(labels)} {_number(value)}\n" for labels, value in samples
    )


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = [f'{name}="{_quoted(value)}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    return repr(value + 0)  # true and false become 1 and 0
