"""The kind ``serial``, as the collector finds it."""

from collections.abc import Sequence
from importlib import resources

from collector import PluginCommand, Simulator, Source, SourceContext, SourceKind, hookimpl
from collector_serial.settings.source import SerialSettings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the kind ``serial``."""
    return (
        SourceKind(
            name="serial",
            settings=SerialSettings,
            create=_create,
            simulate=_simulate,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
        ),
    )


@hookimpl
def collector_command() -> PluginCommand:
    """Offer ``collector serial ports``, ``sniff`` and ``formats``."""
    from collector_serial.commands.command import make_command  # noqa: PLC0415

    return make_command()


def _create(settings: SerialSettings, context: SourceContext) -> Source:
    # Imported here, so that checking a configuration stays light.
    from collector_serial.making import make_source  # noqa: PLC0415

    return make_source(settings, context)


def _simulate(settings: SerialSettings, context: SourceContext) -> Simulator:
    from collector_serial.simulator.simulator import SerialSimulator  # noqa: PLC0415

    return SerialSimulator(settings, context)
