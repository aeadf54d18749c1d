"""Where the points of a model lie in a device."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collector_modbus.sunspec.models import ModelGroup, ModelPoint
from collector_modbus.sunspec.walk import ModelBlock

_MAX_INSTANCES = 100
"""No device has as many strings, modules or inputs in one model; a length that says so is noise."""

_SCALE_FACTOR = "sunssf"


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point of a model in a device.

    Attributes:
        point: What it is.
        groups: In which groups of the model it lies: names, or numbers from 1 of repeated ones.
        address: Of its first register.
        scale_address: Of the power of ten that it is scaled with; None if no register holds one.
    """

    point: ModelPoint
    groups: tuple[str, ...]
    address: int
    scale_address: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a group begins, and what is known there.

    Attributes:
        address: Of its first register.
        end: The address behind the model's last register.
        groups: As of `PlacedPoint`.
        scales: Where the scale factors of the groups around it are.
    """

    address: int
    end: int
    groups: tuple[str, ...]
    scales: Mapping[str, int]


def placed_points(model: ModelGroup, block: ModelBlock) -> Iterator[PlacedPoint]:
    """Yield the points of a model that a device has.

    A model may be shorter than it is defined, or longer: what lies behind its length is left out,
    and so is a point whose scale factor lies there. Groups that are repeated fill the rest of the
    model; where the rest is no multiple of their size, or they contain repeated groups themselves,
    it is not certain what lies where, and they are left out.
    """
    return _placed(model, _Place(block.address, block.end, (), {}))


def _placed(group: ModelGroup, place: _Place) -> Iterator[PlacedPoint]:
    addresses = _addresses(group, place)
    scales = {
        **place.scales,
        **{
            point.name: addresses[point.name]
            for point in group.points
            if point.type == _SCALE_FACTOR and addresses[point.name] < place.end
        },
    }
    for point in group.points:
        address, factor = addresses[point.name], point.scale_factor
        is_scaled = isinstance(factor, str)
        if address + point.size <= place.end and (not is_scaled or factor in scales):
            scale_address = scales[factor] if isinstance(factor, str) else None
            yield PlacedPoint(point, place.groups, address, scale_address)
    inner = place.address + sum(point.size for point in group.points)
    yield from _groups(group, _Place(inner, place.end, place.groups, scales))


def _addresses(group: ModelGroup, place: _Place) -> dict[str, int]:
    addresses, address = {}, place.address
    for point in group.points:
        addresses[point.name] = address
        address += point.size
    return addresses


def _groups(group: ModelGroup, place: _Place) -> Iterator[PlacedPoint]:
    """Yield the points of the groups in a group, as far as it is certain where they lie."""
    address = place.address
    for inner in group.groups:
        size = inner.size
        if not size:
            return
        names = _instances(inner, size, place.end - address)
        for name in names:
            yield from _placed(
                inner, _Place(address, place.end, (*place.groups, name), place.scales)
            )
            address += size
        if inner.is_repeated:
            return


def _instances(group: ModelGroup, size: int, room: int) -> list[str]:
    if not group.is_repeated:
        return [group.name]
    count, rest = divmod(room, size)
    return [str(number) for number in range(1, count + 1)] if _is_sane(count, rest) else []


def _is_sane(count: int, rest: int) -> bool:
    return rest == 0 and count <= _MAX_INSTANCES
