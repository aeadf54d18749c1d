"""From the model blocks of a SunSpec device to the points that are read."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from collector import ValueType
from collector_modbus.profiles.profile import Profile
from collector_modbus.settings.point import PointSettings
from collector_modbus.sunspec.formats import FORMATS, unit_of
from collector_modbus.sunspec.layout import PlacedPoint, placed_points
from collector_modbus.sunspec.models import ModelPoint, Models
from collector_modbus.sunspec.naming import Naming
from collector_modbus.sunspec.walk import ModelBlock

_OF_THE_CHAIN = frozenset({"ID", "L"})
_COMMON = 1
_MAX_STRING = 125  # registers; PointSettings takes no more


def points_of_blocks(blocks: Iterable[ModelBlock], models: Models) -> list[PointSettings]:
    """Return the points of all models that are known.

    Settings of the device, which can be written, are left out: they are no measurements. So is what
    only belongs to the map: ids, lengths, scale factors and padding.
    """
    naming = Naming()
    return [point for block in blocks for point in _points(block, models, naming)]


def described(blocks: Iterable[ModelBlock], models: Models) -> Profile:
    """Return a device's own description as a profile.

    Raises:
        ValueError: None of its models is known.
    """
    found = list(blocks)
    numbers = ", ".join(str(block.model_id) for block in found)
    points = points_of_blocks(found, models)
    if not points:
        raise ValueError(f"none of its SunSpec models is known ({numbers or 'it has none'})")
    return Profile.model_validate(
        {
            "vendor": "SunSpec",
            "model": f"Models {numbers}",
            "source": "The device's own description, with the model definitions of SunSpec",
            "verified": "As far as the device tells the truth about itself.",
            "point": points,
        }
    )


def _points(block: ModelBlock, models: Models, naming: Naming) -> Iterator[PointSettings]:
    model = models.get(block.model_id)
    if model is None:
        return
    prefix = naming.prefix(block.model_id, model.name)
    spoken = "" if block.model_id == _COMMON else prefix
    for placed in placed_points(model, block):
        if _is_wanted(placed.point):
            point = placed.point
            metric = naming.metric(prefix, (*placed.groups, point.name))
            name = naming.name(spoken, (*placed.groups, point.label or point.name))
            yield PointSettings.model_validate(
                {"metric": metric, "name": name, **_place(placed), **_meaning(point)}
            )


def _is_wanted(point: ModelPoint) -> bool:
    if point.is_writable or point.name in _OF_THE_CHAIN or point.type not in FORMATS:
        return False
    return point.type != "string" or point.size <= _MAX_STRING


def _place(placed: PlacedPoint) -> dict[str, Any]:
    point, form = placed.point, FORMATS[placed.point.type]
    place = {"address": placed.address, "type": form.type, "invalid": list(form.invalid)}
    if point.type == "string":
        place["count"] = point.size
    if placed.scale_address is not None:
        place["scale_register"] = placed.scale_address
    return place


def _meaning(point: ModelPoint) -> dict[str, Any]:
    """Return what its numbers mean: texts, bits, codes or a quantity."""
    symbols = {str(value): name for value, name in point.symbols.items()}
    if symbols:
        return {"flags" if point.type.startswith("bitfield") else "enum": symbols}
    if point.type == "string":
        return {}
    if not point.units and point.scale_factor == 0 and not point.type.startswith("float"):
        return {"value_type": ValueType.INTEGER}
    unit = unit_of(point.units, point.name)
    power = point.scale_factor if isinstance(point.scale_factor, int) else 0
    scale = float(Fraction(repr(unit.scale)) * Fraction(10) ** power)
    if unit.value_unit is not None:
        return {"scale": scale, "value_unit": unit.value_unit}
    return {"scale": scale, "annotation": unit.annotation}
