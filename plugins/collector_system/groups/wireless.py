"""Wi-Fi links."""

from collections.abc import Iterator

from collector import Deadline
from collector_system.decode.network import Radio, parse_wireless
from collector_system.groups.group import MetricGroup
from collector_system.table import Measured, Quantity, Row, Table

# A level against 1 mW is no ratio, so the agent's decibel would say something else.
_DBM = Quantity(annotation="dBm")
_QUALITY = Quantity(annotation="on the driver's scale")

RADIO: Table[Radio] = Table(
    (
        Row("wifi_{}_signal", "{} signal", _DBM, lambda radio: radio.signal_dbm),
        Row("wifi_{}_noise", "{} noise", _DBM, lambda radio: radio.noise_dbm),
        Row("wifi_{}_quality", "{} link quality", _QUALITY, lambda radio: radio.quality),
    )
)


class WirelessGroup(MetricGroup):
    """Every interface with a radio link."""

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        text = self.machine.proc.optional("net/wireless")
        for name, radio in parse_wireless(text or "").items():
            if self.machine.settings.interfaces.takes(name):
                yield from RADIO.measure(radio, of=name)
