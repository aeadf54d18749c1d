"""Loads the configuration for a command that a plugin must not end in silence."""

from pathlib import Path

from collector.clock import Clock
from collector.config import Config, load
from collector.plugin.loader import PluginLoader
from collector.service.rehearsal import rehearse_config


def load_carefully(
    path: Path,
    *,
    simulate: bool = False,
    strict: bool = False,
    clock: Clock | None = None,
) -> Config:
    """See `collector.config.load`; a plugin that would leave this process is a broken one.

    Raises:
        ConfigError: As there.
    """
    loader = PluginLoader()
    rehearse_config(path, loader, simulate=simulate, strict=strict)
    return load(path, simulate=simulate, strict=strict, loader=loader, clock=clock)
