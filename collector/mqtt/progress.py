"""Whether a line still takes what it is given: a slow one does, one that is cut does not.

TCP_USER_TIMEOUT cannot tell the two apart. Linux starts its time when the other side first has no
room, and stops it only when there is room for the next packet whole, which may be 64 KiB: a tunnel
or an agent that steadily takes 10 kB/s is given up in the middle of each backlog.
"""

import fcntl
import socket
import struct
import termios
from collections.abc import Callable

STALLED_S = 10.0
"""With what goes round before it is looked at, a cable that is pulled is noticed within 15 s."""


def unacknowledged_bytes(sock: socket.socket) -> int:
    """Return how much of what a connected socket was given has not arrived (tcp(7), SIOCOUTQ)."""
    answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])


class Progress:
    """Watches one connection.

    Args:
        waiting: Returns how many bytes the line still owes an acknowledgement for.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._waiting = waiting
        self._given = self._arrived = 0
        self._since_s: float | None = None

    def give(self, count: int) -> None:
        """Note that the line was given so many bytes more."""
        self._given += count

    def has_stalled(self, now_s: float) -> bool:
        """Tell whether bytes wait and none has arrived for `STALLED_S` of looks at it."""
        waiting = self._waiting()
        arrived = self._given - waiting
        if self._since_s is None or not waiting or arrived > self._arrived:
            self._arrived, self._since_s = arrived, now_s
        return now_s - self._since_s >= STALLED_S
