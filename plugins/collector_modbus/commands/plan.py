"""``collector modbus plan``: the requests of a configuration, and what they cost the links."""

import argparse
from collections.abc import Iterator, Sequence

from collector import CommandContext
from collector_modbus.load import PlannedGroup, PlannedLink, planned_links
from collector_modbus.settings.link import SerialLink


def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the command's options."""
    context.add_config(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print every request, and the bus time and duty cycle of each group and link."""
    links = planned_links(context.sources(arguments))
    if arguments.json:
        context.json([_as_json(link) for link in links])
        return 0
    for number, link in enumerate(links):
        if number:
            context.print()
        _print_link(link, context)
    if not links:
        context.print("no source of the kind modbus")
    return 0


def _print_link(link: PlannedLink, context: CommandContext) -> None:
    load = link.load
    context.print(f"{load.link.key} ({_speed(link)}): duty cycle {100 * load.duty_cycle:.1f} %")
    context.table(("SOURCE", "UNIT", "GROUP", "REQUEST", "ITEMS"), list(_requests(link.groups)))
    context.table(
        ("SOURCE", "GROUP", "INTERVAL", "REQUESTS", "REGISTERS", "BITS", "BUS TIME", "DUTY CYCLE"),
        [_sum(group) for group in link.groups],
    )
    for warning in load.warnings():
        context.print(f"warning: {warning}")


def _requests(groups: Sequence[PlannedGroup]) -> Iterator[tuple[str, ...]]:
    for group in groups:
        for block in group.blocks:
            load = group.load
            count = str(block.span.count)
            yield load.source, str(group.unit_id), load.group or "-", str(block), count


def _sum(group: PlannedGroup) -> tuple[str, ...]:
    load = group.load
    return (
        load.source,
        load.group or "-",
        f"{load.interval_s:g} s",
        str(load.requests),
        str(load.registers),
        str(load.bits),
        f"{1000 * load.bus_time_s:.1f} ms",
        f"{100 * load.duty_cycle:.2f} %",
    )


def _speed(link: PlannedLink) -> str:
    settings = link.load.link
    if not isinstance(settings, SerialLink):
        return settings.type
    character = f"{settings.bytesize}{settings.parity}{settings.stopbits}"
    return f"{settings.type}, {settings.baudrate} {character}"


def _as_json(link: PlannedLink) -> dict[str, object]:
    return {
        "link": link.load.link.key,
        "duty_cycle": link.load.duty_cycle,
        "warnings": link.load.warnings(),
        "groups": [_group_as_json(group) for group in link.groups],
    }


def _group_as_json(group: PlannedGroup) -> dict[str, object]:
    load = group.load
    return {
        "source": load.source,
        "unit_id": group.unit_id,
        "group": load.group,
        "interval_s": load.interval_s,
        "requests": [
            {
                "register": str(block.table),
                "address": block.span.address,
                "count": block.span.count,
            }
            for block in group.blocks
        ],
        "registers": load.registers,
        "bits": load.bits,
        "bus_time_s": load.bus_time_s,
        "duty_cycle": load.duty_cycle,
    }
