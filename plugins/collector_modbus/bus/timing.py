"""How long things take on a link: what follows from the settings, and what was measured."""

from dataclasses import dataclass

from collector_modbus.settings.link import LinkSettings, SerialLink

FAST_BAUDRATE = 19200
FAST_SILENCE_S = 0.00175
"""Above 19200 baud the silence around frames is fixed (Modbus over Serial Line 1.02, 2.5.1.1)."""

SILENT_CHARACTERS = 3.5

_WEIGHT = 0.1
_ENOUGH = 10


@dataclass(frozen=True, slots=True)
class WireTiming:
    """What follows from the settings of a link.

    Attributes:
        byte_s: How long a byte is on the wire; 0 in networks.
        silence_s: The silence that separates frames; 0 where they are delimited.
    """

    byte_s: float
    silence_s: float


def wire_timing(link: LinkSettings) -> WireTiming:
    """Return the timing of a link."""
    if not isinstance(link, SerialLink):
        return WireTiming(0.0, 0.0)
    bits = 1 + link.bytesize + (link.parity != "N") + link.stopbits
    byte_s = bits / link.baudrate
    if link.type == "ascii":
        return WireTiming(byte_s, 0.0)
    is_fast = link.baudrate > FAST_BAUDRATE
    return WireTiming(byte_s, FAST_SILENCE_S if is_fast else SILENT_CHARACTERS * byte_s)


class Turnaround:
    """How long devices take to answer, without the time on the wire: a moving average."""

    def __init__(self) -> None:
        self._average_s = 0.0
        self._count = 0

    def note(self, took_s: float) -> None:
        """Take one more measurement."""
        took_s = max(0.0, took_s)
        self._count += 1
        weight = max(_WEIGHT, 1 / self._count)
        self._average_s += weight * (took_s - self._average_s)

    @property
    def measured_s(self) -> float | None:
        """The average; None until there are enough measurements for one."""
        return self._average_s if self._count >= _ENOUGH else None
