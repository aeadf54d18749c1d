"""Makes the sources of the kind, which share their ports."""

from collections.abc import Iterable, Sequence

from collector import (
    Complaint,
    ConfiguredSource,
    ListeningSource,
    RecordedTape,
    Simulator,
    Source,
    SourceContext,
)
from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings


class SerialKind:
    """The kind ``serial``: what its sources have in common."""

    def __init__(self) -> None:
        self._ports = Ports()

    def create(self, settings: SerialSettings, context: SourceContext) -> Source:
        """Make a source.

        Raises:
            ValueError: The settings lack what the format needs.
            ConfigError: The file of the format cannot be used.
        """
        return make_source(settings, context, self._ports)

    def simulate(self, settings: SerialSettings, context: SourceContext) -> Simulator:
        """Make the simulated device of a source."""
        # Imported here: no other run needs it.
        from collector_serial.simulator.simulator import SerialSimulator  # noqa: PLC0415

        return SerialSimulator(settings, context)

    def replay(
        self, settings: SerialSettings, context: SourceContext, tape: RecordedTape
    ) -> Simulator:
        """Make a device that talks as it did when it was recorded."""
        from collector_serial.simulator.replayed import ReplayedInstrument  # noqa: PLC0415 - likewise

        return ReplayedInstrument(settings, context.clock, tape)


def check(configured: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
    """Complain about sources that can never have their port: another one listens to it for ever."""
    listening = {
        source.settings.port: source.name
        for source in configured
        if isinstance(source.source, ListeningSource)
    }
    for source in configured:
        owner = listening.get(source.settings.port, source.name)
        if owner != source.name:
            yield Complaint(
                source.name,
                f"{source.settings.port} is never free: the source {owner!r} listens to it",
                ("port",),
            )
