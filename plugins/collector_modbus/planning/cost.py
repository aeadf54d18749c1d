"""What one read request and its answer cost of the link's time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

from collector_modbus.protocol.timing import character_bits, silence_s
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings, SerialLink

Framing = Literal["rtu", "ascii"]

TURNAROUND_S = 0.010
"""What a serial device is taken to need before it answers, until it has been measured."""

ROUND_TRIP_S = 0.005
"""What a device in the network is taken to need, until it has been measured."""

# Modbus TCP, request and empty answer: twice the header of 7 bytes; function, address and count (5
# bytes); function and byte count (2 bytes). The headers below it are part of the round trip.
_NETWORK_BYTES = 21
_NETWORK_BITS_PER_S = 100_000_000


class Cost(Protocol):
    """What reading costs. Never negative, depends on the length alone, never falls with it."""

    def of(self, block: Block) -> float:
        """Return how long one read of the block keeps the link busy, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class _Frames:
    """What the frames of a request and its answer are made of.

    Attributes:
        characters: Of both together, without the data.
        per_byte: Characters for each byte of data.
        silences: Silences of 3.5 characters around them.
    """

    characters: int
    per_byte: int
    silences: int


# Modbus over Serial Line 1.02. RTU (2.5.1): unit, function, address, count, CRC; unit, function,
# byte count, CRC. ASCII (2.5.2): the same bytes as two characters each, with an LRC of one byte for
# the CRC of two, between a colon and CR LF, which mark its frames in place of silences.
_FRAMES: Mapping[Framing, _Frames] = MappingProxyType(
    {
        "rtu": _Frames(characters=8 + 5, per_byte=1, silences=2),
        "ascii": _Frames(characters=(3 + 2 * 7) + (3 + 2 * 4), per_byte=2, silences=0),
    }
)


@dataclass(frozen=True, slots=True)
class SerialCost:
    """What reading costs on a serial line.

    Attributes:
        baudrate: Bits per second.
        character_bits: Bits of a character on the line, with start, parity and stop bits: 10 for
            8N1, 11 for 8E1.
        framing: How requests and answers are wrapped.
        turnaround_s: From the end of a request to the beginning of the answer, without silences.
        pause_s: After each answer, beyond what the protocol asks for.
    """

    baudrate: int
    character_bits: int = 11
    framing: Framing = "rtu"
    turnaround_s: float = TURNAROUND_S
    pause_s: float = 0.0

    @property
    def character_s(self) -> float:
        """How long one character takes."""
        return self.character_bits / self.baudrate

    @property
    def silence_s(self) -> float:
        """How long the line is silent between frames of RTU."""
        return silence_s(self.baudrate, self.character_bits)

    def of(self, block: Block) -> float:
        """Return how long one read of the block keeps the line busy, in seconds."""
        frames = _FRAMES[self.framing]
        characters = frames.characters + frames.per_byte * block.data_bytes
        silence_s = frames.silences * self.silence_s
        return characters * self.character_s + silence_s + self.turnaround_s + self.pause_s


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """What reading costs over a connection.

    Attributes:
        round_trip_s: From a request to its answer, for the shortest there is.
        pause_s: After each answer.
    """

    round_trip_s: float = ROUND_TRIP_S
    pause_s: float = 0.0

    def of(self, block: Block) -> float:
        """Return how long one read of the block keeps the connection busy, in seconds."""
        wire_s = 8 * (_NETWORK_BYTES + block.data_bytes) / _NETWORK_BITS_PER_S
        return self.round_trip_s + wire_s + self.pause_s


def cost_of(link: LinkSettings, *, turnaround_s: float | None = None) -> Cost:
    """Return what reading costs on a link.

    Args:
        link: Its settings.
        turnaround_s: As measured: of a serial device its turnaround, in the network the round trip
            of a short request. None: what is usual.
    """
    if not isinstance(link, SerialLink):
        round_trip_s = ROUND_TRIP_S if turnaround_s is None else turnaround_s
        return NetworkCost(round_trip_s, link.delay_between_requests)
    return SerialCost(
        baudrate=link.baudrate,
        character_bits=character_bits(link),
        framing=link.type,
        turnaround_s=TURNAROUND_S if turnaround_s is None else turnaround_s,
        pause_s=link.delay_between_requests + _switching_s(link),
    )


def _switching_s(link: SerialLink) -> float:
    return link.delay_before_tx + link.delay_before_rx if link.rs485 else 0.0
