"""The deadline of one read, which can let others of its link go first."""

from collections.abc import Callable
from dataclasses import dataclass

from collector.clock import Deadline


@dataclass(frozen=True, slots=True)
class Turn(Deadline):
    """What `read` gets; see `Deadline`.

    Attributes:
        on_give_way: Lets others go first.
    """

    on_give_way: Callable[[], None]

    def give_way(self) -> None:
        """See `Deadline`."""
        self.on_give_way()
