"""``collector i2c scan`` and ``collector i2c chips``."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from collector import CommandContext, PluginCommand, SourceUnavailableError
from collector_i2c.buses import Buses
from collector_i2c.scan.adapters import adapters
from collector_i2c.scan.chips import show_chips
from collector_i2c.scan.presence import ADDRESSES
from collector_i2c.scan.report import Report
from collector_i2c.scan.scan import Scan
from collector_i2c.settings import I2cSettings
from collector_i2c.source import I2cSource

EXIT_NO = 1


def make_command() -> PluginCommand:
    """Return the command of the kind ``i2c``."""
    return PluginCommand("find chips on I2C buses, list those that are known", configure, run)


def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the two commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    scan = commands.add_parser("scan", help="look at every address of the buses")
    scan.add_argument(
        "bus", nargs="*", type=int, metavar="BUS", help="bus numbers (default: all there are)"
    )
    scan.add_argument(
        "--mux",
        action="append",
        default=[],
        type=_mux_address,
        metavar="ADDRESS",
        help="look behind the multiplexer at this address, such as 0x70; may be repeated",
    )
    scan.add_argument(
        "--no-identify",
        action="store_true",
        help="do not ask chips what they are: that writes the number of a register to them",
    )
    scan.add_argument("--sys-root", default="/sys", help="where sysfs is mounted (default: /sys)")
    scan.add_argument("--json", action="store_true", help="print JSON, for programs")
    context.add_config(scan)
    chips = commands.add_parser("chips", help="list the chips that are known, and their options")
    chips.add_argument("chip", nargs="?", metavar="CHIP", help="tell all about this one")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Do what was asked for; 1 if nothing was found."""
    if arguments.what == "chips":
        show_chips(arguments.chip or "", context)
        return 0
    report = Report(context)
    with _scans(arguments, context, report) as scans:
        for label, scan in scans:
            with context.progress(f"bus {label}", len(scan.paths) * ADDRESSES) as bar:
                report.add(label, scan.run(bar.advance))
    report.show(arguments.sys_root, as_json=arguments.json)
    return 0 if report.has_any else EXIT_NO


@contextmanager
def _scans(
    arguments: argparse.Namespace, context: CommandContext, report: Report
) -> Iterator[list[tuple[int | str, Scan]]]:
    with ExitStack() as stack:
        if arguments.simulate:
            yield _of_simulated(arguments, context, stack)
            return
        buses = Buses()
        scans = []
        for number in arguments.bus or _numbers(arguments.sys_root, report):
            node = f"/dev/i2c-{number}"
            scans.append((number, _scan(arguments, context, buses, node, number)))
            stack.callback(buses.release, node)
        yield scans


def _of_simulated(
    arguments: argparse.Namespace, context: CommandContext, stack: ExitStack
) -> list[tuple[int | str, Scan]]:
    scans: dict[int | str, Scan] = {}
    for source in context.sources(arguments):
        started = stack.enter_context(context.simulated(source))
        settings, chip = started.settings, started.source
        label = source.settings.bus
        if not isinstance(chip, I2cSource) or not isinstance(settings, I2cSettings):
            continue
        if label in scans or (arguments.bus and label not in arguments.bus):
            continue
        scans[label] = _scan(arguments, context, chip.buses, settings.node, None)
        stack.callback(chip.buses.release, settings.node)
    return list(scans.items())


def _scan(
    arguments: argparse.Namespace,
    context: CommandContext,
    buses: Buses,
    node: str,
    number: int | None,
) -> Scan:
    return Scan(
        bus=buses.take(node, context.clock).bus,
        clock=context.clock,
        number=number,
        sys_root=arguments.sys_root,
        muxes=arguments.mux,
        identify=not arguments.no_identify,
    )


def _numbers(sys_root: str, report: Report) -> list[int]:
    found = list(adapters(sys_root))
    if not found:
        raise SourceUnavailableError(
            "there is no I2C bus here: switch I2C on (raspi-config), load i2c-dev, or try"
            " --simulate --config FILE"
        )
    for adapter in found:
        if adapter.is_for_displays:
            report.leave_out(adapter.number, f"{adapter.name}: name its number to look at it")
    return [adapter.number for adapter in found if not adapter.is_for_displays]


def _mux_address(text: str) -> int:
    try:
        address = int(text, 0)
    except ValueError:
        address = 0
    if not 0x70 <= address <= 0x77:  # noqa: PLR2004 - those of a TCA9548A
        raise argparse.ArgumentTypeError(f"must be 0x70 to 0x77, got {text!r}")
    return address
