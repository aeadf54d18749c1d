"""What a link is to the transactions: bytes out, bytes in."""

from typing import Protocol

from collector import Deadline


class Stream(Protocol):
    """A line or a connection. Used from its link's thread alone.

    Every method but `close` raises LinkError when the link is not there or breaks; `open` may be
    called again after that.
    """

    is_datagram: bool
    """Whether each frame comes as one piece, so that what is no frame can be thrown away alone."""

    def open(self) -> None:
        """Take hold of it; ready to send when this returns.

        Raises:
            LinkFaultError: Trying again will not help before a human acts.
        """
        ...

    def close(self) -> None:
        """Let go of it. May be called twice, and on what has never been open."""
        ...

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it."""
        ...

    def read(self, timeout_s: float) -> bytes:
        """Return what has come; wait for the first byte at most so long.

        Returns:
            Empty when nothing came in time.
        """
        ...
