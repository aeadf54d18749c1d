"""A port that can be plugged in and pulled out: a pty under a name that stays the same."""

import contextlib
import os
import pty
import select
import tty
from pathlib import Path


class Plug:
    """The instrument's end of a serial line.

    Args:
        name: The name that the source opens; a link to a pty while it is plugged in.
    """

    def __init__(self, name: Path) -> None:
        self.name = name
        self._ends: tuple[int, int] | None = None

    @property
    def is_in(self) -> bool:
        """Whether it is plugged in."""
        return self._ends is not None

    def put_in(self) -> None:
        """Plug it in, as another device each time."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = master, slave
        self.name.symlink_to(os.ttyname(slave))

    def pull_out(self) -> None:
        """Pull it out: the name is gone, and whoever has it open reads errors."""
        if self._ends is None:
            return
        self.name.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def send(self, octets: bytes) -> None:
        """Send bytes; what nobody reads is lost, as on a real line."""
        if self._ends is not None and octets:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ends[0], octets)

    def receive(self, timeout_s: float) -> bytes:
        """Return what was sent to the instrument; empty when the time is up."""
        if self._ends is None:
            return b""
        ready, _, _ = select.select([self._ends[0]], [], [], timeout_s)
        return os.read(self._ends[0], 4096) if ready else b""
