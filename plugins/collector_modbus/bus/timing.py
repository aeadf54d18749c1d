"""How long things take on a link: what follows from the settings, and what was measured."""

from dataclasses import dataclass

from collector_modbus.protocol.timing import character_bits, silence_s
from collector_modbus.settings.link import LinkSettings, SerialLink

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
    bits = character_bits(link)
    is_delimited = link.type == "ascii"
    return WireTiming(bits / link.baudrate, 0.0 if is_delimited else silence_s(link.baudrate, bits))


class Turnaround:
    """How long devices take to answer, without wire and silence: a moving average."""

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
