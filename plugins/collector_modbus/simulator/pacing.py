"""How long bytes take on a serial line. Pure."""

from dataclasses import dataclass

from collector_modbus.settings.link import SerialLink

_FINEST_CHUNK_S = 0.001
_SILENCE_CHARACTERS = 3.5
_FIXED_SILENCE_ABOVE_BAUD = 19200
_FIXED_SILENCE_S = 0.00175
"""Between RTU frames (Modbus over Serial Line 1.02, section 2.5.1.1)."""


@dataclass(frozen=True, slots=True)
class LinePace:
    """What a line's speed means for what is on it.

    Attributes:
        character_s: How long one character takes: start bit, data bits, parity, stop bits.
        silence_s: How long the line rests before an answer, at least.
    """

    character_s: float
    silence_s: float

    @classmethod
    def of(cls, link: SerialLink) -> "LinePace":
        """Return the pace of a line as it is set."""
        bits = 1 + link.bytesize + (link.parity != "N") + link.stopbits
        character_s = bits / link.baudrate
        if link.type == "ascii":  # a frame ends with a line end, not with silence
            return cls(character_s, 0.0)
        is_fast = link.baudrate > _FIXED_SILENCE_ABOVE_BAUD
        silence_s = _FIXED_SILENCE_S if is_fast else _SILENCE_CHARACTERS * character_s
        return cls(character_s, silence_s)

    def answer_after_s(self, request_bytes: int) -> float:
        """Return how long after the first bit of a request an answer can start."""
        return request_bytes * self.character_s + self.silence_s

    def chunks(self, data: bytes) -> list[tuple[float, bytes]]:
        """Cut data into what arrives at about the same time, each with the seconds after the start.

        A chunk arrives when its last character is through; the last one with the whole.
        """
        size = max(1, round(_FINEST_CHUNK_S / self.character_s))
        starts = range(0, len(data), size)
        return [
            (min(start + size, len(data)) * self.character_s, data[start : start + size])
            for start in starts
        ]
