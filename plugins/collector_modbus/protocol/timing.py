"""How long bytes and silences take on a serial line."""

from collector_modbus.settings.link import SerialLink

FASTEST_COUNTED_BAUD = 19200
FIXED_SILENCE_S = 0.001750
"""Above 19200 baud the silence is fixed (Modbus over Serial Line 1.02, section 2.5.1.1)."""

_SILENT_CHARACTERS = 3.5


def character_bits(link: SerialLink) -> int:
    """Return the bits of one character, with start, parity and stop bits: 10 for 8N1."""
    return 1 + link.bytesize + (link.parity != "N") + link.stopbits


def silence_s(baudrate: int, bits: int) -> float:
    """Return the silence that separates frames of RTU, in seconds.

    Args:
        baudrate: Bits per second.
        bits: Of one character.
    """
    if baudrate > FASTEST_COUNTED_BAUD:
        return FIXED_SILENCE_S
    return _SILENT_CHARACTERS * bits / baudrate
