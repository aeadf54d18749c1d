"""The real source of I2C chips on a simulated bus, without ``--simulate``: beside recorded sources.

What the chips give moves within the bounds of their waves, so a value outside is a lie.
"""

from collections.abc import Sequence

from collector import Source, SourceContext, SourceKind, hookimpl
from collector_i2c.buses import Buses
from collector_i2c.settings import I2cSettings
from collector_i2c.simulator import I2cSimulator
from collector_i2c.source import I2cSource


class _Offer:
    def __init__(self) -> None:
        self._buses = Buses()
        self._led: dict[tuple[str, str, int | None], I2cSettings] = {}

    def create(self, settings: I2cSettings, context: SourceContext) -> Source:
        # Sources that name the same chip share it, as the object of a check and that of a run do.
        chip = (settings.node, settings.device, settings.address)
        if chip not in self._led:
            self._led[chip] = I2cSimulator(settings, context, self._buses).start()
        led = settings.model_copy(update={"bus": self._led[chip].bus})
        return I2cSource(led, context, self._buses)


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [SourceKind(name="bench-i2c", settings=I2cSettings, create=_Offer().create)]
