"""The kind ``i2c``, as the collector finds it."""

from collections.abc import Iterable, Sequence
from importlib import resources

from collector import (
    Complaint,
    ConfiguredSource,
    Discovery,
    DiscoveryContext,
    Finding,
    PluginCommand,
    RecordedTape,
    Simulator,
    Source,
    SourceContext,
    SourceKind,
    hookimpl,
)
from collector_i2c.buses import Buses
from collector_i2c.settings import SIMULATED, I2cSettings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the kind ``i2c``."""
    offer = _Offer(Buses())
    return (
        SourceKind(
            name="i2c",
            settings=I2cSettings,
            create=offer.create,
            simulate=offer.simulate,
            replay=offer.replay,
            check=_check,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
            discovery=Discovery(look=_look),
        ),
    )


@hookimpl
def collector_command() -> PluginCommand:
    """Offer ``collector i2c scan`` and ``collector i2c chips``."""
    from collector_i2c.scan.command import make_command  # noqa: PLC0415 - no daemon needs it

    return make_command()


def _check(sources: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
    from collector_i2c.check import check  # noqa: PLC0415 - only when it is needed

    return check(sources)


def _look(context: DiscoveryContext) -> Iterable[Finding]:
    from collector_i2c.scan.discover import chips  # noqa: PLC0415 - only when it is needed

    return chips(context)


class _Offer:
    """Makes sources that share their buses."""

    def __init__(self, buses: Buses) -> None:
        self._buses = buses
        self._simulated: set[str] = set()

    def create(self, settings: I2cSettings, context: SourceContext) -> Source:
        from collector_i2c.source import I2cSource  # noqa: PLC0415 - only when it is made

        if settings.node.startswith(SIMULATED) and context.name not in self._simulated:
            # In a process of its own: the simulator has done its part in the collector's.
            real = settings.on(settings.node.removeprefix(SIMULATED))
            tape = settings.tape
            device = self.replay(real, context, tape) if tape else self.simulate(real, context)
            device.start()
        return I2cSource(settings, context, self._buses)

    def simulate(self, settings: I2cSettings, context: SourceContext) -> Simulator:
        from collector_i2c.simulator import I2cSimulator  # noqa: PLC0415

        self._simulated.add(context.name)
        return I2cSimulator(settings, context, self._buses)

    def replay(
        self, settings: I2cSettings, context: SourceContext, tape: RecordedTape
    ) -> Simulator:
        from collector_i2c.simulator import I2cReplay  # noqa: PLC0415

        self._simulated.add(context.name)
        return I2cReplay(settings, tape, self._buses)
