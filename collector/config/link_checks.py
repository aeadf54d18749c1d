"""Whether there is the time for all that is to be read, as far as sources tell what it costs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.config.complaints import Complaints
from collector.config.sources import Found
from collector.plugin.border import PluginFault
from collector.plugin.cost import ReadCost
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.source import Group, ListeningSource, Source


@dataclass(frozen=True, slots=True)
class GroupCost:
    """One group of a source and what a read of it costs.

    Attributes:
        name: The group's; empty for the one that most sources have.
        interval_s: From one read to the next, more than 0.
        cost: None where the source does not tell.
    """

    name: str
    interval_s: float
    cost: ReadCost | None


def group_costs(who: str, made: Source, interval_s: float) -> list[GroupCost]:
    """Ask a source that is polled what its groups cost; a listening one has none.

    Args:
        who: Whose code it is, for the log.
        made: The source, not opened.
        interval_s: Of its configuration; for the groups without one of their own.

    Raises:
        PluginFault: Its plugin is broken.
    """
    if isinstance(made, ListeningSource):
        return []
    costs = bounded(
        who,
        "cost()",
        lambda: [_group_cost(made, group, interval_s) for group in made.groups],
        CALL_LIMIT_S,
    )
    return [each for each in costs if each.interval_s > 0]


def _group_cost(made: Source, group: Group, interval_s: float) -> GroupCost:
    cost: object = made.cost(group.name)
    if not (cost is None or isinstance(cost, ReadCost)):
        raise TypeError(f"gave a {type(cost).__name__} where a ReadCost is due")
    own_s = interval_s if group.interval_s is None else group.interval_s
    return GroupCost(group.name, own_s, cost)


@dataclass(frozen=True, slots=True)
class _Asked:
    item: Found
    groups: list[GroupCost]

    def duty_cycle(self, *, certain: bool) -> float:
        costs = ((each.cost, each.interval_s) for each in self.groups if each.cost)
        return sum(
            (cost.certain_link_s if certain else cost.link_s) / interval_s
            for cost, interval_s in costs
        )


def check_links(found: Sequence[Found], complaints: Complaints) -> None:
    """Complain about reads that take longer than their interval, and about links without time.

    A link on which the kinds themselves have found something already is left to them.
    """
    by_link: defaultdict[str, list[_Asked]] = defaultdict(list)
    for asked in _asked(found, complaints):
        made = asked.item.made
        _check_waits(asked, complaints)
        if made is not None and made.link:
            by_link[made.link].append(asked)
    for link, sharing in by_link.items():
        paths = [("source", asked.item.index) for asked in sharing]
        if not any(complaints.concern(path) or complaints.has_warned_of(path) for path in paths):
            _check_link(link, sharing, complaints)


def _asked(found: Sequence[Found], complaints: Complaints) -> Iterator[_Asked]:
    for item in found:
        if item.made is None or item.source.broken:
            continue
        try:
            who = f"{item.source.name}: plugin {item.source.plugin!r}"
            yield _Asked(item, group_costs(who, item.made, item.source.interval))
        except PluginFault as fault:
            message = f"plugin {item.source.plugin!r} is broken: {fault}"
            complaints.add(("source", item.index, "plugin"), message)


def _check_waits(asked: _Asked, complaints: Complaints) -> None:
    for group in asked.groups:
        cost = group.cost
        least_s = cost.wait_s + cost.certain_link_s if cost else 0.0
        if cost and cost.wait_s and least_s > group.interval_s:
            complaints.add(
                ("source", asked.item.index, "interval"),
                f"a read takes {least_s:.3g} s at least: lengthen the interval of"
                f" {group.interval_s:g} s",
            )


def _check_link(link: str, sharing: Sequence[_Asked], complaints: Complaints) -> None:
    certain = sum(asked.duty_cycle(certain=True) for asked in sharing)
    expected = sum(asked.duty_cycle(certain=False) for asked in sharing)
    if max(certain, expected) <= 1:
        return
    worst = max(sharing, key=lambda asked: asked.duty_cycle(certain=False))
    message = "link {} needs {:.2f} s of its time every 1 s{}: lengthen intervals or read less"
    path = ("source", worst.item.index)
    if certain > 1:
        complaints.add(path, message.format(link, certain, ""))
    else:
        complaints.warn(path, message.format(link, expected, " as far as can be told"))
