"""Whether a link has the time for all that is to be read over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector_modbus.planning.cost import Cost
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings, SerialLink

BUSY_DUTY_CYCLE = 0.8
"""A link that is busier than this has little time left for retries and late answers."""


@dataclass(frozen=True, slots=True)
class GroupLoad:
    """What reading one group of a source costs its link, if every answer is right and in time.

    Attributes:
        source: The source's name.
        group: The group's name; empty for the points without one.
        interval_s: From one read to the next.
        requests: How many one read takes.
        registers: How many all of its requests ask for.
        bits: How many coils and discrete inputs all of its requests ask for.
        bus_time_s: How long one read keeps the link busy.
        longest_s: How long the longest of its requests does: others can go first between them.
    """

    source: str
    group: str
    interval_s: float
    requests: int
    registers: int
    bits: int
    bus_time_s: float
    longest_s: float

    @property
    def duty_cycle(self) -> float:
        """The share of the link's time that it takes; more than 1 if that is impossible."""
        return self.bus_time_s / self.interval_s

    def __str__(self) -> str:
        return f"group {self.group!r} of {self.source!r}" if self.group else f"{self.source!r}"


def group_load(
    source: str, group: str, interval_s: float, blocks: Sequence[Block], cost: Cost
) -> GroupLoad:
    """Return what reading the blocks of one group costs.

    Args:
        source: The source's name.
        group: The group's name; empty for the points without one.
        interval_s: From one read to the next; greater than 0.
        blocks: Its requests, of all tables.
        cost: What a request costs on the link, to the source's device.
    """
    return GroupLoad(
        source=source,
        group=group,
        interval_s=interval_s,
        requests=len(blocks),
        registers=sum(block.span.count for block in blocks if not block.table.holds_bits),
        bits=sum(block.span.count for block in blocks if block.table.holds_bits),
        bus_time_s=sum(cost.of(block) for block in blocks),
        longest_s=max((cost.of(block) for block in blocks), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class LinkLoad:
    """What all sources that share a link cost it.

    Attributes:
        link: The link's settings, as of any of its sources.
        groups: All groups of all of its sources.
    """

    link: LinkSettings
    groups: tuple[GroupLoad, ...]

    @property
    def duty_cycle(self) -> float:
        """The share of its time that it is busy; more than 1 if that is impossible."""
        return sum(group.duty_cycle for group in self.groups)

    def problems(self) -> list[str]:
        """Return why it cannot be done, a line each; empty if it can."""
        lines = [self._too_long(group) for group in self.groups if group.duty_cycle > 1]
        # Where there is one group only, its own line says the same.
        if self.duty_cycle > 1 and len(self.groups) > 1:
            lines.append(f"{self._use()}: {self._cures('lengthen intervals')}")
        return lines

    def warnings(self) -> list[str]:
        """Return what works, but badly, a line each; empty if nothing does."""
        blocked = [(group, self._victims(group)) for group in self.groups]
        lines = [self._in_the_way(group, victims) for group, victims in blocked if victims]
        if BUSY_DUTY_CYCLE < self.duty_cycle <= 1:
            lines.append(
                f"{self._use()}, which leaves little for retries and late answers:"
                f" {self._cures('lengthen intervals')}"
            )
        return lines

    def _victims(self, group: GroupLoad) -> list[GroupLoad]:
        return [
            other
            for other in self.groups
            if other is not group and other.interval_s < group.longest_s
        ]

    def _too_long(self, group: GroupLoad) -> str:
        enough = f"lengthen its interval to {_time(group.bus_time_s / BUSY_DUTY_CYCLE)}"
        return (
            f"link {self.link.key}: {group} needs {_time(group.bus_time_s)} of bus time every"
            f" {group.interval_s:g} s: {self._cures(enough)}"
        )

    def _in_the_way(self, group: GroupLoad, victims: Iterable[GroupLoad]) -> str:
        named = ", ".join(f"{victim} (every {victim.interval_s:g} s)" for victim in victims)
        return (
            f"link {self.link.key}: one request of {group} takes {_time(group.longest_s)}, in which"
            f" these miss ticks: {named}: {self._cures('lower max_registers')}"
        )

    def _use(self) -> str:
        return (
            f"link {self.link.key} needs {_time(self.duty_cycle)} of bus time every 1 s"
            f" (duty cycle {100 * self.duty_cycle:.0f} %)"
        )

    def _cures(self, first: str) -> str:
        faster = ", raise the baudrate" if isinstance(self.link, SerialLink) else ""
        return f"{first}{faster} or read fewer points"


def _time(time_s: float) -> str:
    return f"{time_s:.2f} s" if time_s >= 1 else f"{time_s:.3f} s"
