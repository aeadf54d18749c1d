"""``collector check``: is this configuration right, and will it find what it needs?"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from collector.cli import options
from collector.cli.loading import load_carefully
from collector.cli.tables import print_json
from collector.clock import SystemClock
from collector.config import Config, load
from collector.errors import ConfigError
from collector.forecast.feasibility import doubts, problems
from collector.forecast.forecast import make_forecast
from collector.forecast.storage import free_bytes
from collector.plugin.border import PluginFault
from collector.plugin.loader import PluginLoader
from collector.plugin.source import Metric


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    options.add_config(parser)
    options.add_simulate(parser)
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every complaint and leave with 78, or say that all is well.

    What may be right elsewhere or later (the agent's certificate is not there yet) is a warning.
    """
    try:
        config, doubtful = examined(arguments.config, simulate=arguments.simulate)
    except ConfigError as error:
        if arguments.json:
            print_json({"ok": False, "complaints": error.complaints, "warnings": []})
            return error.exit_code
        raise
    warnings = [*find_warnings(config, simulate=arguments.simulate), *doubtful]
    if arguments.json:
        print_json({"ok": True, "complaints": [], "warnings": warnings})
        return 0
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    count = len(config.sources)
    names = ", ".join(source.name for source in config.sources)
    print(f"ok: {count} source{'' if count == 1 else 's'}{f': {names}' if names else ''}")
    for name, metrics in config.sends.items():
        if metrics:
            print(f"  {name} sends, after its transforms: {_listed(metrics)}")
    return 0


def examined(
    file: Path, *, simulate: bool, loader: PluginLoader | None = None
) -> tuple[Config, list[str]]:
    """Load a configuration as ``collector check`` does; return it with what is doubtful in it.

    Args:
        file: The configuration.
        simulate: See `collector.config.load`.
        loader: Has the plugins loaded already; by default they are tried beforehand elsewhere.

    Raises:
        ConfigError: It is refused.
    """
    if loader is None:
        config = load_carefully(file, simulate=simulate, strict=True)
    else:
        config = load(file, simulate=simulate, strict=True, loader=loader)
    return config, _forecast_doubts(config)


def find_warnings(config: Config, *, simulate: bool) -> list[str]:
    """Return what may keep a right configuration from working on this machine, one line each."""
    warnings = [f"{source.place}: {source.broken}" for source in config.sources if source.broken]
    warnings += config.warnings
    if not config.sources:
        warnings.append(f"{config.path}: has no [[source]]: there is nothing to read")
    if not simulate and (problem := _unreadable(config.agent.ca_file)):
        warnings.append(f"agent.ca_file: {problem}")
    if problem := _unusable(config.collector.state_dir):
        warnings.append(f"collector.state_dir: {problem}")
    return warnings


def _forecast_doubts(config: Config) -> list[str]:
    """Return what will probably not work well on this machine.

    Raises:
        ConfigError: Something cannot work on any.
    """
    free = free_bytes(config)
    try:
        forecast = make_forecast(config, SystemClock(), free_bytes=free)
    except PluginFault as fault:
        return [f"{config.path}: what it costs cannot be told: {fault}"]
    if wrong := problems(config, forecast):
        raise ConfigError(*(f"{config.path}: {line}" for line in wrong))
    return doubts(config, forecast, free)


def _listed(metrics: Sequence[Metric]) -> str:
    shown = [f"{each.id} ({each.unit_text})" if each.unit_text else each.id for each in metrics]
    return ", ".join(shown)


def _unreadable(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"
    return ""


def _unusable(directory: Path) -> str:
    nearest = directory
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        return f"{nearest} is not a directory"
    if not os.access(nearest, os.W_OK | os.X_OK):
        made = "written" if nearest == directory else f"made in {nearest}"
        return f"{directory} cannot be {made} by this user"
    return ""
