"""``collector modbus scan``: which units are on a link, and what they are."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress

from collector import CommandContext, UsageError
from collector_modbus.commands import link_errors, link_options
from collector_modbus.commands.argument_types import integer, seconds, units
from collector_modbus.commands.scan_report import ScanReport
from collector_modbus.commissioning.duration import silent_s, spoken
from collector_modbus.commissioning.open_link import LinkInUse
from collector_modbus.commissioning.survey import Survey
from collector_modbus.commissioning.unit_ids import HIGHEST_SERIAL_UNIT, unit_ids
from collector_modbus.errors import LineSettingsError, LinkError
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.profile import Profile
from collector_modbus.registers.table import ADDRESSES, Block, Span, Table
from collector_modbus.settings.link import LinkSettings, SerialLink

_SERIAL_TIMEOUT_S = 0.2
"""Meters answer within 100 ms; who is slower is heard while the line rests, and asked again."""

_NETWORK_TIMEOUT_S = 1.0
"""Gateways wait for units on lines of their own."""

_SERIAL_UNITS = "1-32"
_NETWORK_UNITS = "255,1-247"
"""A device that is in the network itself should have 255 (Messaging on TCP/IP 1.0b, 4.4.2)."""


def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the command's options."""
    del context
    link_options.add(parser, several_speeds=True)
    parser.add_argument(
        "--units",
        type=units,
        metavar="LIST",
        help=f"whom to ask (default: {_SERIAL_UNITS}; with --host {_NETWORK_UNITS})",
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="how long a unit may take to answer"
        f" (default: {_SERIAL_TIMEOUT_S:g}; with --host {_NETWORK_TIMEOUT_S:g})",
    )
    parser.add_argument(
        "--all-speeds",
        action="store_true",
        help="go on after the first speed at which a unit answers",
    )
    parser.add_argument(
        "--register",
        choices=[str(table) for table in Table],
        default=str(Table.HOLDING),
        help="what is read of each unit to see whether it is there (default: holding)",
    )
    parser.add_argument(
        "--address",
        type=integer(0, ADDRESSES - 1),
        default=0,
        help="its address, 0-based (default: 0)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Look for units and print those that are there, also when it is interrupted."""
    default_s = _NETWORK_TIMEOUT_S if arguments.host else _SERIAL_TIMEOUT_S
    links = link_options.links_of(arguments, arguments.timeout or default_s)
    asked = _asked(arguments, links[0])
    block = Block(Table(arguments.register), Span(arguments.address, 1))
    library = Library()
    profiles = {name: library.load(name) for name in library.names()}
    with link_errors.shown(), LinkInUse(context.clock) as in_use:
        with suppress(LineSettingsError):  # the sweep takes note of it
            in_use.at(links[0]).open()
        if not arguments.json:
            context.print(_announcement(links, asked))
        survey = Survey(asked, block, in_use, context.clock)
        report = ScanReport(survey, profiles, context, as_json=arguments.json)
        try:
            _sweep(survey, links, len(asked), context, all_links=arguments.all_speeds)
            _identify(survey, profiles, context)
        except (KeyboardInterrupt, LinkError):
            report.print(is_complete=False)
            raise
        report.print(is_complete=True)
    return 0 if survey.found else 1


def _sweep(
    survey: Survey,
    links: Sequence[LinkSettings],
    units_count: int,
    context: CommandContext,
    *,
    all_links: bool,
) -> None:
    with context.progress("asking units", len(links) * units_count) as progress:
        survey.sweep(links, progress.advance, all_links=all_links)


def _identify(survey: Survey, profiles: Mapping[str, Profile], context: CommandContext) -> None:
    if survey.found:
        with context.progress("identifying", len(survey.found)) as progress:
            survey.identify(profiles, progress.advance)


def _asked(arguments: argparse.Namespace, link: LinkSettings) -> tuple[int, ...]:
    is_serial = isinstance(link, SerialLink)
    asked: tuple[int, ...] = arguments.units or unit_ids(
        _SERIAL_UNITS if is_serial else _NETWORK_UNITS
    )
    wrong = [unit for unit in asked if not 1 <= unit <= HIGHEST_SERIAL_UNIT]
    if is_serial and wrong:
        raise UsageError(f"--units: {wrong[0]} is none of a serial line, which has 1 to 247")
    return asked


def _announcement(links: Sequence[LinkSettings], asked: Sequence[int]) -> str:
    longest = spoken(silent_s(links, len(asked)))
    many = f"{len(asked)} units" if len(asked) > 1 else f"unit {asked[0]}"
    speeds = f" at {len(links)} speeds, until one answers" if len(links) > 1 else ""
    return f"{links[0].key}: asking {many}{speeds}; takes {longest} if nobody answers"
