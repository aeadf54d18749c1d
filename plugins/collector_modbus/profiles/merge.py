"""From a profile and a source's settings to the points that are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from collector_modbus.profiles import sums
from collector_modbus.profiles.grouping import assigned
from collector_modbus.profiles.nearest import hint
from collector_modbus.profiles.profile import LinkHints, Profile
from collector_modbus.registers.table import Block
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.simulate import AddressRange
from collector_modbus.settings.source import InvalidCodes, ModbusSettings


@dataclass(frozen=True, slots=True)
class MergedDevice:
    """What a source reads, after profile and settings have been put together.

    Attributes:
        points: Each with its group; hidden ones are read for sums only. At least one is not hidden.
        invalid: Codes that mean "no value", for points without codes of their own.
        max_registers: How many registers the device gives at once.
        max_bits: How many coils or discrete inputs.
        holes: Addresses that must never be read; no point lies in one.
        hints: What the profile says of the device's link.
    """

    points: tuple[PointSettings, ...]
    invalid: InvalidCodes
    max_registers: int
    max_bits: int
    holes: tuple[AddressRange, ...]
    hints: LinkHints = field(default_factory=LinkHints)


def points_of(settings: ModbusSettings, profile: Profile | None) -> MergedDevice:
    """Put a source's settings and its profile together.

    Raises:
        ValueError: They do not fit: a pattern or a name that fits nothing, a sum that cannot be, a
            group without points, a point in a hole, or no point at all.
    """
    holes = (*(profile.holes if profile else ()), *settings.holes)
    points = assigned(_chosen(settings, profile), settings.groups)
    if problem := _hole_problem(points, holes):
        raise ValueError(problem)
    return MergedDevice(
        points=tuple(points),
        invalid=_invalid(settings, profile),
        max_registers=min(settings.max_registers, profile.max_registers if profile else 125),
        max_bits=min(settings.max_bits, profile.max_bits if profile else 2000),
        holes=holes,
        hints=profile.link if profile else LinkHints(),
    )


def _chosen(settings: ModbusSettings, profile: Profile | None) -> list[PointSettings]:
    """Return the wanted points, and hidden those that their sums need."""
    theirs = {point.metric: point for point in profile.points} if profile else {}
    own = {point.metric: point for point in settings.points}
    known = theirs | own
    if problem := sums.problem(known):
        raise ValueError(problem)
    wanted = own.keys() | _included(settings, theirs)
    visible = {metric for metric in wanted if not known[metric].hidden}
    if not visible:
        raise ValueError(
            "no point is left to read: include and exclude leave none of the profile's "
            f"({len(theirs)}), and there is no [[source.point]] that is not hidden"
        )
    needed = sums.needed_by(visible, known)
    return [
        point if metric in visible else point.model_copy(update={"hidden": True})
        for metric, point in known.items()
        if metric in needed
    ]


def _included(settings: ModbusSettings, points: Mapping[str, PointSettings]) -> set[str]:
    for pattern in settings.include:
        if not _matching(points, [pattern]) and (points or pattern != "*"):
            raise ValueError(f"include: no metric matches {pattern!r}{hint(pattern, points)}")
    return _matching(points, settings.include) - _matching(points, settings.exclude)


def _matching(metrics: Iterable[str], patterns: Sequence[str]) -> set[str]:
    return {
        metric for metric in metrics if any(fnmatchcase(metric, pattern) for pattern in patterns)
    }


def _invalid(settings: ModbusSettings, profile: Profile | None) -> InvalidCodes:
    """Return the profile's codes, but the source's for every type that it names."""
    if profile is None:
        return settings.invalid
    own = {name: getattr(settings.invalid, name) for name in settings.invalid.model_fields_set}
    return profile.invalid.model_copy(update=own)


def _hole_problem(points: Iterable[PointSettings], holes: Sequence[AddressRange]) -> str:
    for point in points:
        for block in filter(None, (point.block, point.scale_block)):
            for hole in holes:
                if _touches(block, hole):
                    where = f"{hole.register_table} {hole.first} to {hole.last}"
                    return f"point {point.metric!r} ({block}) lies in the hole {where}"
    return ""


def _touches(block: Block, hole: AddressRange) -> bool:
    is_same_table = block.table is hole.register_table
    return is_same_table and block.span.address <= hole.last and hole.first < block.span.end
