"""What every fake chip does."""

import errno
from abc import ABC, abstractmethod


class FakeChip(ABC):
    """A chip as the bus sees it: it takes bytes, gives bytes, or does not acknowledge."""

    def begin(self) -> None:  # noqa: B027 - most have nothing to do
        """A transaction begins that addresses it."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Take what one write message holds; it may be nothing.

        Raises:
            OSError: It does not acknowledge.
        """

    @abstractmethod
    def read(self, count: int) -> bytes:
        """Give what one read message asks for.

        Raises:
            OSError: It does not acknowledge.
        """

    def reset(self) -> None:  # noqa: B027 - many have no memory
        """Start as after its power came."""


def no_acknowledge() -> OSError:
    """Return the error of an address that nobody answers at."""
    return OSError(errno.EREMOTEIO, "Remote I/O error")
