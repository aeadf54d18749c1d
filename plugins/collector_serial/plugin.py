"""The kind ``serial`` and its command, as the collector finds them."""

from collections.abc import Iterable, Sequence
from importlib import resources

from collector import (
    Discovery,
    DiscoveryContext,
    Finding,
    PluginCommand,
    SourceKind,
    hookimpl,
)
from collector_serial.kind import SerialKind, check
from collector_serial.settings.source import SerialSettings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the kind ``serial``."""
    kind = SerialKind()
    return (
        SourceKind(
            name="serial",
            settings=SerialSettings,
            create=kind.create,
            simulate=kind.simulate,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
            check=check,
            discovery=Discovery(look=_look),
            replay=kind.replay,
        ),
    )


@hookimpl
def collector_command() -> PluginCommand:
    """Offer ``collector serial ports``, ``sniff`` and ``formats``."""
    from collector_serial.commands.command import make_command  # noqa: PLC0415

    return make_command()


def _look(context: DiscoveryContext) -> Iterable[Finding]:
    from collector_serial.commands.discover import instruments  # noqa: PLC0415

    return instruments(context)
