"""Puts a configured source into a process of its own: in a run, and wherever commands try one."""

from collections.abc import Callable

from collector.config import SourceConfig
from collector.isolation.tapes import KeptTape
from collector.isolation.workers import Workers
from collector.plugin.loader import PluginLoader
from collector.plugin.offers import InstalledPlugin
from collector.plugin.settings import ConfigModel
from collector.plugin.source import Source


def installed() -> dict[str, InstalledPlugin]:
    """Return every installed kind by its name, without importing one."""
    return {plugin.name: plugin for plugin in PluginLoader().installed()}


def isolated(
    workers: Workers,
    plugin: InstalledPlugin,
    source: SourceConfig,
    settings: ConfigModel | None,
    refuse: Callable[[int], None] = lambda _: None,
    tape: KeptTape | None = None,
) -> Source:
    """Return a source whose code runs in a worker, where it is made and not opened.

    Args:
        workers: All that there are.
        plugin: Its kind.
        source: The source.
        settings: Its own settings, or those that its simulator gave.
        refuse: Told how many values it gave faster than they can be taken.
        tape: Gets what passes between it and its device; None for nobody.

    Raises:
        ValueError: Its settings cannot be sent to another process.
        SourceUnavailableError: Its worker does not come up, or ended meanwhile.
        PluginFault: It cannot be made there, or does not say where and when it runs.
    """
    return workers.isolate(
        plugin=plugin,
        name=source.name,
        sensor=source.sensor,
        interval_s=source.interval,
        settings=settings,
        refuse=refuse,
        tape=tape,
    )
