"""What every decoder is: a whole frame in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collector import Metric, MetricValue


class BadFrameError(ValueError):
    """The frame is not one of this format, or is damaged in a way that no check has found."""


class NoValueError(ValueError):
    """The frame is right and says that there is no value: overload, busy, not settled."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one frame says.

    Attributes:
        values: By metric id. Empty for a frame that says nothing of interest.
        device_time_ms: The time that the frame carries, milliseconds since the epoch.
    """

    values: Mapping[str, MetricValue]
    device_time_ms: int | None = None


NOTHING = Decoded({})
"""What a frame says that is right and of no interest."""


class Decoder(Protocol):
    """Turns whole frames into values."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """All metrics that are known; grows with what frames bring."""
        ...

    def decode(self, frame: bytes) -> Decoded:
        """Return what a frame says.

        Raises:
            BadFrameError: It is none of this format.
            NoValueError: It says that there is no value.
        """
        ...
