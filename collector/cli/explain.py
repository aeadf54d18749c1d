"""``collector explain``: what will this configuration cost? Computed before anything is opened."""

import argparse

from collector.cli import options
from collector.cli.explain_report import as_json, print_text
from collector.cli.explain_trial import measure
from collector.cli.loading import load_carefully
from collector.cli.parsing import seconds
from collector.cli.tables import print_json
from collector.clock import SystemClock
from collector.errors import ConfigError, UsageError
from collector.forecast.feasibility import doubts, problems
from collector.forecast.forecast import make_forecast
from collector.forecast.storage import free_bytes

_LISTEN_S = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    options.add_config(parser)
    parser.add_argument(
        "--measure",
        action="store_true",
        help="read every source twice first, and use what that shows",
    )
    options.add_simulate(parser)
    parser.add_argument(
        "--seconds",
        type=seconds,
        default=_LISTEN_S,
        metavar="SECONDS",
        help="with --measure: how long to listen to a source that talks by itself (default: 10)",
    )
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the forecast; 78 for a configuration that `collector check` refuses."""
    if arguments.simulate and not arguments.measure:
        raise UsageError("--simulate is about what --measure reads: give both")
    config = load_carefully(arguments.config, simulate=arguments.simulate, strict=True)
    clock = SystemClock()
    measured = (
        measure(config, clock, simulate=arguments.simulate, listen_s=arguments.seconds)
        if arguments.measure
        else {}
    )
    free = free_bytes(config)
    forecast = make_forecast(config, clock, measured, free)
    if wrong := problems(config, forecast):
        raise ConfigError(*(f"{config.path}: {line}" for line in wrong))
    said = [*config.warnings, *doubts(config, forecast, free)]
    if arguments.json:
        print_json(as_json(forecast, said))
    else:
        print_text(forecast, said)
    return 0
