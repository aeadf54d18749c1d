"""``collector test``: read one source once and show what it gives; nothing is published."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from collector.cli import options, replaying
from collector.cli.loading import load_carefully
from collector.cli.parsing import seconds
from collector.cli.tables import print_json, print_table, readable
from collector.cli.trial import Outcome, Row, Trial
from collector.clock import SystemClock
from collector.config import Config, SourceConfig
from collector.errors import UsageError

EXIT_NO = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    parser.add_argument("source", metavar="SOURCE", help="the source's name")
    options.add_config(parser)
    options.add_simulate(parser)
    replaying.add_replay(parser)
    options.add_json(parser)
    parser.add_argument(
        "--reads",
        type=_positive_int,
        default=2,
        metavar="N",
        help="how often to read; rates need two reads (default: 2)",
    )
    parser.add_argument(
        "--pause",
        type=seconds,
        default=1.0,
        metavar="SECONDS",
        help="how long to wait between two reads (default: 1)",
    )
    parser.add_argument(
        "--seconds",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for a source that talks by itself (default: 10)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the source's metrics, values and units; 1 if it gave none, or failed."""
    simulation = replaying.simulation(
        arguments.replay, arguments.replay_speed, simulate=arguments.simulate
    )
    is_simulated = arguments.simulate and arguments.replay is None
    config = load_carefully(arguments.config, simulate=is_simulated)
    source = _named(config, arguments.source)
    trial = Trial(
        clock=SystemClock(),
        reads=arguments.reads,
        pause_s=arguments.pause,
        listen_s=arguments.seconds,
    )
    outcome = trial.run(source, simulate=arguments.simulate, simulation=simulation)
    if arguments.json:
        _print_json(source, outcome)
    else:
        _print_text(source, outcome)
    return 0 if outcome.values and not outcome.problems else EXIT_NO


def _named(config: Config, name: str) -> SourceConfig:
    for source in config.sources:
        if source.name == name:
            return source
    names = ", ".join(source.name for source in config.sources) or "none"
    raise UsageError(f"there is no source {name!r} in {config.path} (sources: {names})")


def _print_json(source: SourceConfig, outcome: Outcome) -> None:
    print_json(
        {
            "source": source.name,
            "values": _plain(outcome.values),
            **({"sent": _plain(outcome.sent)} if source.transforms else {}),
            "problems": outcome.problems,
            "notes": outcome.notes,
        }
    )


def _print_text(source: SourceConfig, outcome: Outcome) -> None:
    if outcome.values:
        _print_rows(outcome.values)
    if outcome.values and source.transforms:
        print("\nAfter its transforms:" if outcome.sent else "\nAfter its transforms: nothing")
        _print_rows(outcome.sent)
    for note in outcome.notes:
        print(f"{source.name}: note: {note}")
    for problem in outcome.problems:
        print(f"{source.name}: {problem}", file=sys.stderr)
    if not outcome.values and not outcome.problems:
        print(f"{source.name}: gave no values", file=sys.stderr)


def _print_rows(rows: Sequence[Row]) -> None:
    if rows:
        cells = [(row.sensor, row.metric, readable(row.value), row.unit) for row in rows]
        print_table(("SENSOR", "METRIC", "VALUE", "UNIT"), cells)


def _plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"sensor": row.sensor, "metric": row.metric, "value": row.value, "unit": row.unit}
        for row in rows
    ]


def _positive_int(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
