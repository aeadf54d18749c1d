"""What a configuration's Modbus sources cost their links, and whether that fits."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from collector import Complaint, ConfiguredSource
from collector_modbus.planning.bus_load import GroupLoad, LinkLoad, group_load
from collector_modbus.planning.cost import ROUND_TRIP_S, cost_of
from collector_modbus.reading.plans import make_plan
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource

_UNSTEADY = re.compile(r"/dev/tty(USB|ACM)\d+")
_STEADY = "/dev/serial/by-id"


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """One group of one source, with its requests.

    Attributes:
        unit_id: Whom they are for.
        blocks: What they ask for.
        load: What they cost.
    """

    unit_id: int
    blocks: tuple[Block, ...]
    load: GroupLoad


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """One link with all groups of all its sources.

    Attributes:
        sources: The sources on it.
        groups: Their groups.
        load: What it all costs.
    """

    sources: tuple[ConfiguredSource, ...]
    groups: tuple[PlannedGroup, ...]
    load: LinkLoad


def planned_links(configured: Sequence[ConfiguredSource]) -> list[PlannedLink]:
    """Plan every source of a configuration, and put them together by link."""
    by_link = sorted(configured, key=lambda source: _link_of(source).key)
    found = []
    for _, sharing in groupby(by_link, key=lambda source: _link_of(source).key):
        sources = tuple(sharing)
        groups = tuple(group for source in sources for group in _groups(source))
        load = LinkLoad(_link_of(sources[0]), tuple(group.load for group in groups))
        found.append(PlannedLink(sources, groups, load))
    return found


def check(configured: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
    """Complain about what cannot work; see `collector.SourceKind`."""
    for link in planned_links(configured):
        yield from _different_settings(link.sources)
        # How fast a network is shows only in the run, so what it cannot do is only assumed.
        is_sure = isinstance(link.load.link, SerialLink)
        for line in link.load.problems():
            words = (
                line if is_sure else f"{line} (if each request takes {1000 * ROUND_TRIP_S:g} ms)"
            )
            yield Complaint(link.sources[0].name, words, is_warning=not is_sure)
        for line in link.load.warnings():
            yield Complaint(link.sources[0].name, line, is_warning=True)
    for source in configured:
        yield from _ignored_hints(source)
        yield from _unsteady_name(source)


def _different_settings(sources: Sequence[ConfiguredSource]) -> Iterator[Complaint]:
    first = sources[0]
    for source in sources[1:]:
        ours, theirs = _link_of(first).model_dump(), _link_of(source).model_dump()
        differing = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        if differing:
            key = min(differing)
            message = (
                f"{key} must be the same in all sources of one link, and source {first.name!r}"
                f" says {ours.get(key)!r}, not {theirs.get(key)!r}"
            )
            yield Complaint(source.name, message, path=("link",))


def _ignored_hints(source: ConfiguredSource) -> Iterator[Complaint]:
    """Tell of pauses that a device is known to need and that the link does not make."""
    made = source.source
    if not isinstance(made, ModbusSource):
        return
    link = _link_of(source)
    # A gateway keeps the pauses of its serial line itself.
    is_serial = isinstance(link, SerialLink)
    for key in ("delay_between_requests",) if is_serial else ("delay_after_connect",):
        needed_s = getattr(made.device.hints, key) or 0.0
        if needed_s > getattr(link, key):
            message = f'this device needs {key} = "{needed_s * 1000:g}ms" in its link'
            yield Complaint(source.name, message, path=("link",), is_warning=True)


def _unsteady_name(source: ConfiguredSource) -> Iterator[Complaint]:
    link = _link_of(source)
    if isinstance(link, SerialLink) and _UNSTEADY.fullmatch(link.port):
        message = f"{link.port} may be another device after a reboot: use a name below {_STEADY}"
        yield Complaint(source.name, message, path=("link", "port"), is_warning=True)


def _groups(source: ConfiguredSource) -> Iterator[PlannedGroup]:
    made = source.source
    if not isinstance(made, ModbusSource):
        return
    cost = cost_of(_link_of(source))
    for group in made.groups:
        interval_s = group.interval_s or source.interval_s
        if interval_s > 0:
            points = [point for point in made.device.points if point.group == group.name]
            blocks = make_plan(made.device, points, cost).blocks
            load = group_load(source.name, group.name, interval_s, blocks, cost)
            yield PlannedGroup(source.settings.unit_id, blocks, load)


def _link_of(source: ConfiguredSource) -> LinkSettings:
    settings: ModbusSettings = source.settings
    return settings.link
