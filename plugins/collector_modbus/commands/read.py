"""``collector modbus read``: one address, in every way that it could be meant."""

import argparse
import sys

from collector import CommandContext, SourceFaultError, UsageError
from collector_modbus.commands import link_errors, place
from collector_modbus.commands.argument_types import integer, shown_number
from collector_modbus.commands.read_report import ReadReport
from collector_modbus.commissioning.items import ReadItems
from collector_modbus.commissioning.open_link import LinkInUse
from collector_modbus.commissioning.patient_read import read_patiently
from collector_modbus.errors import DeviceError
from collector_modbus.registers.table import ADDRESSES, Block, Span, Table

_REGISTERS = 4
_BITS = 16
_QUESTION = "What does the display show? (Enter to leave it at that)"


def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the command's options."""
    place.add(parser, context)
    _add_block(parser)
    parser.add_argument(
        "--shown",
        type=shown_number,
        metavar="NUMBER",
        help="what the device's display shows: lists only what gives that",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def _add_block(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--register",
        choices=[str(table) for table in Table],
        default=str(Table.HOLDING),
        help="the table (default: holding)",
    )
    parser.add_argument(
        "--address",
        type=integer(0, ADDRESSES - 1),
        required=True,
        help="the first address, 0-based, as on the wire",
    )
    parser.add_argument(
        "--count",
        type=integer(1, 2000),
        help="how many (default: 4 registers, or 16 coils or discrete inputs)",
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Read the address, and print what it could mean."""
    block = _block(arguments)
    report = ReadReport(_read(arguments, block, context), context)
    if arguments.json:
        return report.print_json(arguments.shown)
    report.print_items()
    if block.table.holds_bits:
        return 0
    if arguments.shown is None:
        report.print_interpretations()
    shown = arguments.shown or _asked_number(context)
    return report.print_matches(shown) if shown else 0


def _read(arguments: argparse.Namespace, block: Block, context: CommandContext) -> ReadItems:
    with (
        link_errors.shown(),
        place.chosen(arguments, context) as (link, unit_id),
        LinkInUse(context.clock) as in_use,
    ):
        try:
            read, data = read_patiently(in_use.at(link), unit_id, block)
        except DeviceError as error:
            message = f"unit {unit_id} refuses {block.table} {block.span.address}: {error}"
            raise SourceFaultError(message) from error
    return ReadItems(link, unit_id, block, read, data)


def _block(arguments: argparse.Namespace) -> Block:
    table = Table(arguments.register)
    if table.holds_bits and arguments.shown:
        raise UsageError(f"--shown is for registers; a {table} shows only on and off")
    count = arguments.count or (_BITS if table.holds_bits else _REGISTERS)
    if count > table.max_count:
        raise UsageError(f"--count: a {table} read takes 1 to {table.max_count}, not {count}")
    if arguments.count and arguments.address + count > ADDRESSES:
        raise UsageError(f"--count: {count} from {arguments.address} end behind 65535")
    return Block(table, Span(arguments.address, min(count, ADDRESSES - arguments.address)))


def _asked_number(context: CommandContext) -> str:
    """Ask what the display shows, if there is somebody to ask."""
    if not sys.stdin.isatty():
        return ""
    typed = context.ask(_QUESTION, instead="--shown")
    try:
        return shown_number(typed) if typed else ""
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"what is shown {error}") from error
