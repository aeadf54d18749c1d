"""The types of transforms: the table of each, and what is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from collector.transforms.changes import (
    DeadbandSettings,
    DeadbandStep,
    OnChangeSettings,
    OnChangeStep,
)
from collector.transforms.clamp import ClampSettings, ClampStep
from collector.transforms.compute import ComputeSettings, ComputeStep
from collector.transforms.linear import OffsetSettings, ScaleSettings, offset, scale
from collector.transforms.quality import FrozenSettings, FrozenStep, RangeSettings, RangeStep
from collector.transforms.rename import RenameSettings, RenameStep
from collector.transforms.settings import TransformSettings
from collector.transforms.step import Step, Tally
from collector.transforms.window import WindowSettings, WindowStep


@dataclass(frozen=True, slots=True)
class TransformKind:
    """What ``type = "<name>"`` in a ``[[source.transform]]`` stands for.

    Attributes:
        settings: The model of its table.
        make: Makes the step of such a table, for one source and sensor.
    """

    settings: type[TransformSettings]
    make: Callable[[Any, Tally], Step]


KINDS: Mapping[str, TransformKind] = MappingProxyType(
    {
        "scale": TransformKind(ScaleSettings, scale),
        "offset": TransformKind(OffsetSettings, offset),
        "clamp": TransformKind(ClampSettings, ClampStep),
        "rename": TransformKind(RenameSettings, RenameStep),
        "range": TransformKind(RangeSettings, RangeStep),
        "frozen": TransformKind(FrozenSettings, FrozenStep),
        "compute": TransformKind(ComputeSettings, ComputeStep),
        "deadband": TransformKind(DeadbandSettings, DeadbandStep),
        "on_change": TransformKind(OnChangeSettings, OnChangeStep),
        "window": TransformKind(WindowSettings, WindowStep),
    }
)
