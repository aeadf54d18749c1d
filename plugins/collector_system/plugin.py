"""The kind ``system``, as the collector finds it."""

from collections.abc import Iterator, Sequence
from importlib import resources

from collector import (
    Discovery,
    DiscoveryContext,
    Finding,
    Simulator,
    Source,
    SourceContext,
    SourceKind,
    hookimpl,
)
from collector_system.settings import SystemSettings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the kind ``system``."""
    return (
        SourceKind(
            name="system",
            settings=SystemSettings,
            create=_create,
            simulate=_simulate,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
            discovery=Discovery(look=_look),
        ),
    )


def _create(settings: SystemSettings, context: SourceContext) -> Source:
    # Imported here, so that checking a configuration stays light.
    from collector_system.source import SystemSource  # noqa: PLC0415

    return SystemSource(settings, context)


def _simulate(settings: SystemSettings, context: SourceContext) -> Simulator:
    from collector_system.simulator import SystemSimulator  # noqa: PLC0415

    return SystemSimulator(settings, context)


def _look(context: DiscoveryContext) -> Iterator[Finding]:
    del context
    toml = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "30s"\n'
    yield Finding(title="this machine: processor, memory, disks, network", toml=toml)
