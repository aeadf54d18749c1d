"""The steps of a talk with a device, in the order they are to be done."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from collector_serial.decode.decoder import Decoder
from collector_serial.framing.framer import Framer


@dataclass(frozen=True, slots=True)
class Send:
    """Send bytes."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Receive:
    """Wait for a frame, which is what the step gives.

    Attributes:
        framer: Finds it.
        timeout_s: How long it may take, in seconds.
    """

    framer: Framer
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetBaudrate:
    """Change the speed of the line."""

    baudrate: int


Step = Send | Receive | Pause | SetBaudrate

Talk = Generator[Step, bytes, list[bytes]]
"""Asks for one step after the other, gets the frame of each `Receive`, returns those to decode."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One talk, which is begun anew whenever it is due.

    Attributes:
        title: What it is called in messages.
        group: The group that it belongs to.
        decoder: What turns its frames into values.
        talk: Begins it.
    """

    title: str
    group: str
    decoder: Decoder
    talk: Callable[[], Talk]
