"""What all tables of transforms have in common."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from collector.plugin.declared import MAX_METRIC_TEXT
from collector.plugin.settings import ConfigModel
from collector.transforms.problem import Problem
from collector.transforms.selection import MetricPattern

Words = Annotated[str, Field(max_length=MAX_METRIC_TEXT)]
"""What people read of a metric at the agent."""


class TransformSettings(ConfigModel):
    """One ``[[source.transform]]`` table."""

    type: str
    """What is done."""

    def problems(self) -> Sequence[Problem]:
        """Return what is wrong with it whatever the source gives."""
        return ()


class ForMetrics(TransformSettings):
    """A transform of the metrics that there are."""

    metric: MetricPattern
    """The metric; or several, with ``*`` for any characters, ``?`` for one; ``*`` for all."""
