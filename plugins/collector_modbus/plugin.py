"""The kind ``modbus`` and its command, as the collector finds them."""

from collections.abc import Iterable, Sequence
from importlib import resources

from collector import (
    Complaint,
    ConfiguredSource,
    Discovery,
    DiscoveryContext,
    Finding,
    PluginCommand,
    SourceKind,
    hookimpl,
)
from collector_modbus.kind import ModbusKind
from collector_modbus.settings.source import ModbusSettings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the kind ``modbus``."""
    kind = ModbusKind()
    return (
        SourceKind(
            name="modbus",
            settings=ModbusSettings,
            create=kind.create,
            simulate=kind.simulate,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
            check=_check,
            discovery=Discovery(look=_look, asks=True),
            replay=kind.replay,
        ),
    )


@hookimpl
def collector_command() -> PluginCommand:
    """Offer ``collector modbus ...``."""
    from collector_modbus.commands.command import make_command  # noqa: PLC0415 - no daemon needs it

    return make_command()


def _check(configured: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
    from collector_modbus.load import check  # noqa: PLC0415 - planned only where it is looked at

    return check(configured)


def _look(context: DiscoveryContext) -> Iterable[Finding]:
    from collector_modbus.commissioning.discover import units  # noqa: PLC0415 - no daemon needs it

    return units(context)
