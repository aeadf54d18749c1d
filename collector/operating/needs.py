"""What each source of a configuration touches of the machine, by its own word."""

from dataclasses import dataclass

from collector.clock import Clock
from collector.config import Config, SourceConfig, make
from collector.errors import CollectorError
from collector.plugin.border import PluginFault, guarded
from collector.plugin.resources import Resources


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNeeds:
    """One source.

    Attributes:
        resources: What it touches; None where it does not say.
        problem: Why it cannot be made, so that nothing is known of it; empty when it can.
    """

    name: str
    plugin: str
    resources: Resources | None = None
    problem: str = ""


def source_needs(config: Config, clock: Clock) -> list[SourceNeeds]:
    """Make each source, which opens nothing, and ask it."""
    return [_asked(source, clock) for source in config.sources]


def _asked(source: SourceConfig, clock: Clock) -> SourceNeeds:
    if source.broken:
        return SourceNeeds(name=source.name, plugin=source.plugin, problem=source.broken)
    try:
        with guarded("asking for resources", CollectorError, PluginFault):
            resources = make(source, source.settings, clock).resources
    except (CollectorError, PluginFault) as error:
        return SourceNeeds(name=source.name, plugin=source.plugin, problem=str(error))
    return SourceNeeds(name=source.name, plugin=source.plugin, resources=resources)
