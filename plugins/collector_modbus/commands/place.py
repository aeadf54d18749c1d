"""Which link and unit a command is about: given by options, or those of a configured source."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from collector import CommandContext, ConfiguredSource, UsageError
from collector_modbus.commands import link_options
from collector_modbus.commands.argument_types import integer, seconds
from collector_modbus.commissioning.unit_ids import HIGHEST_SERIAL_UNIT, HIGHEST_UNIT
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.source import ModbusSettings

_TIMEOUT_S = 1.0
_WHERE = "give --port for a serial line, --host, or --source with --config"


def add(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the options."""
    link_options.add(parser, several_speeds=False)
    context.add_config(parser)
    parser.add_argument(
        "--source", metavar="NAME", help="take link and unit of this source of the configuration"
    )
    parser.add_argument(
        "--unit", type=integer(0, HIGHEST_UNIT), metavar="ID", help="whom to ask (default: 1)"
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help=f"how long it may take to answer (default: {_TIMEOUT_S:g}, or as configured)",
    )


@contextmanager
def chosen(
    arguments: argparse.Namespace, context: CommandContext
) -> Iterator[tuple[LinkSettings, int]]:
    """Give the link and the unit, with the simulated device for as long as it has to be there.

    Raises:
        UsageError: The options name none, or contradict each other.
        ConfigError: The configuration is wrong.
    """
    if link_options.is_given(arguments):
        yield _by_options(arguments)
        return
    source = _configured(arguments, context)
    with context.simulated(source) if arguments.simulate else nullcontext(source) as chosen_one:
        settings: ModbusSettings = chosen_one.settings
        patience = {"response_timeout": arguments.timeout} if arguments.timeout else {}
        unit_id = settings.unit_id if arguments.unit is None else arguments.unit
        yield settings.link.model_copy(update=patience), unit_id


def _by_options(arguments: argparse.Namespace) -> tuple[LinkSettings, int]:
    if arguments.source or arguments.simulate:
        option = "--source" if arguments.source else "--simulate"
        raise UsageError(f"{option} is about the configuration: leave out --port and --host")
    link = link_options.links_of(arguments, arguments.timeout or _TIMEOUT_S)[0]
    unit_id = 1 if arguments.unit is None else arguments.unit
    if isinstance(link, SerialLink) and not 1 <= unit_id <= HIGHEST_SERIAL_UNIT:
        raise UsageError(f"--unit: 1 to {HIGHEST_SERIAL_UNIT} on a serial line, not {unit_id}")
    return link, unit_id


def _configured(arguments: argparse.Namespace, context: CommandContext) -> ConfiguredSource:
    if useless := link_options.given_besides(arguments):
        raise UsageError(f"{useless} needs --port or --host")
    if not arguments.source and not arguments.config.exists():
        raise UsageError(f"where? {arguments.config} does not exist", _WHERE)
    return _named(arguments.source, context.sources(arguments))


def _named(name: str | None, sources: Sequence[ConfiguredSource]) -> ConfiguredSource:
    names = ", ".join(source.name for source in sources)
    found = [source for source in sources if name in (None, source.name)]
    if not sources:
        raise UsageError("there is no source of the kind modbus in the configuration", _WHERE)
    if not found:
        raise UsageError(f"--source: there is no {name!r}; there are {names}")
    if len(found) > 1:
        raise UsageError(f"which source? give --source, one of {names}")
    return found[0]
