"""What every driver offers, written by hand or made of a data file."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector import Metric
from collector_i2c.port import Port
from collector_i2c.steps import Steps, Values


class Chip(ABC):
    """One chip's sequences. Holds what was learnt of it (calibration), and does no I/O itself."""

    @property
    @abstractmethod
    def metrics(self) -> Sequence[Metric]:
        """Everything that a reading may hold."""

    @property
    def patience_s(self) -> float:
        """How long it may go without a value before it is set up anew."""
        return 10.0

    @abstractmethod
    def set_up(self, port: Port) -> Steps[None]:
        """Make sure of what it is, learn its calibration, and give it its settings.

        Raises:
            TransferError: It does not answer.
            RefusedError: It is another chip, or not ready.
        """

    @abstractmethod
    def measure(self, port: Port) -> Steps[Values]:
        """Take one reading, all of it from one conversion.

        Raises:
            TransferError: It does not answer.
            RefusedError: It answers what gives no value.
        """


Make = Callable[[Mapping[str, Any], Sequence[str]], Chip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A kind of chip.

    Attributes:
        title: Maker and types, for people.
        addresses: Where it can be; the first is the default.
        make: Makes the chip's sequences from the ``options`` of the configuration and the ids of
            the metrics that are wanted (none: all), so that it need not ask for the others. Its
            ValueError tells the user what is wrong.
        options: What each of those options means, for people.
        interval_s: The only interval that it can be read at, in seconds; None for any.
    """

    title: str
    addresses: tuple[int, ...]
    make: Make
    options: Mapping[str, str]
    interval_s: float | None = None
