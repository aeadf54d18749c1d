"""What every group of metrics offers and what it works with."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector import Clock, Deadline, Metric
from collector_system.guard import Guard
from collector_system.settings import SystemSettings
from collector_system.table import Measured
from collector_system.tree import Tree


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that is read, and how.

    Attributes:
        proc: The process file system.
        sys: sysfs.
        settings: Of the source.
        clock: For rates.
        guard: For everything that may hang.
    """

    proc: Tree
    sys: Tree
    settings: SystemSettings
    clock: Clock
    guard: Guard


class MetricGroup(ABC):
    """A part of the system's figures that is read at once. Used from one thread."""

    metrics: Sequence[Metric] = ()
    """What every machine has; more may turn up while reading."""

    needs_baseline = False
    """Whether figures over time are among them, which need a first look to start from."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    @abstractmethod
    def read(self, deadline: Deadline) -> Iterable[Measured]:
        """Yield every value that there is now.

        Raises:
            OSError, ValueError: What the group lives on cannot be read or understood.
        """
