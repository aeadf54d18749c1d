"""The contents of SunSpec's models, as pysunspec2 brings them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from collector import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPoint:
    """One point of a model, under the words of SunSpec's model definitions.

    Attributes:
        name: Unique within its group.
        label: What people read; may be empty.
        type: Such as ``uint16``, ``acc32`` or ``bitfield16``.
        size: How many registers it takes.
        scale_factor: The name of the point that holds its power of ten, or the power itself.
        units: As SunSpec writes them; may be empty.
        symbols: Names of its codes, or of its bits.
        is_writable: It is a setting of the device and no measurement.
    """

    name: str
    label: str
    type: str
    size: int
    scale_factor: str | int
    units: str
    symbols: Mapping[int, str]
    is_writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGroup:
    """Points that lie behind each other, and the groups behind them.

    Attributes:
        name: Of the model, or of a group within.
        points: In the order of their addresses; in a model the first two are id and length.
        groups: The groups behind the points.
        is_repeated: It is there as many times as another point or the model's length says.
    """

    name: str
    points: tuple[ModelPoint, ...]
    groups: tuple["ModelGroup", ...]
    is_repeated: bool

    @property
    def size(self) -> int | None:
        """How many registers it takes once; None if that differs from device to device."""
        sizes = [group.size for group in self.groups if not group.is_repeated]
        known = [size for size in sizes if size is not None]
        if len(known) < len(self.groups):
            return None
        return sum(point.size for point in self.points) + sum(known)


@dataclass(frozen=True, slots=True)
class Models:
    """All models by number, each read when it is first asked for.

    Args:
        package: The package that brings them.
    """

    package: str = "sunspec2"
    _read: dict[int, ModelGroup | None] = field(default_factory=dict)

    def get(self, model_id: int) -> ModelGroup | None:
        """Return a model; None if it is not known.

        Raises:
            ConfigError: The package is not installed.
        """
        if model_id not in self._read:
            file = self._folder().joinpath(f"model_{model_id}.json")
            text = file.read_text("utf-8") if file.is_file() else ""
            self._read[model_id] = _group(json.loads(text)["group"]) if text else None
        return self._read[model_id]

    def _folder(self) -> Traversable:
        try:
            return resources.files(self.package).joinpath("models", "json")
        except ModuleNotFoundError:
            raise ConfigError(
                "SunSpec devices need the models that pysunspec2 brings: "
                "pip install 'collector-agent[sunspec]'"
            ) from None


def _group(table: Mapping[str, Any]) -> ModelGroup:
    return ModelGroup(
        name=table["name"],
        points=tuple(_point(point) for point in table["points"]),
        groups=tuple(_group(group) for group in table.get("groups", ())),
        is_repeated=table.get("count", 1) != 1,
    )


def _point(table: Mapping[str, Any]) -> ModelPoint:
    return ModelPoint(
        name=table["name"],
        label=table.get("label", ""),
        type=table["type"],
        size=table["size"],
        scale_factor=table.get("sf", 0),
        units=table.get("units", ""),
        symbols={symbol["value"]: symbol["name"] for symbol in table.get("symbols", ())},
        is_writable=table.get("access") == "RW",
    )
