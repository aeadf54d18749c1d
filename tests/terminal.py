"""Runs a command of ours on a terminal, as a person sees it."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Self

from running import STOP_S, environment, wait_until

HOME = "\x1b[H"
"""ECMA-48: the cursor goes to the first place, where a screen is drawn anew."""

_CONTROL = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()].)|\r")


class Terminal:
    """A command of ours on a terminal of its own, as a person sees it.

    Args:
        directory: Where it runs.
        words: Its command line.
        size: Its columns and rows, which then may change; by default 120 by 40 for ever.
    """

    def __init__(
        self, directory: Path, *words: object, size: tuple[int, int] | None = None
    ) -> None:
        self._directory = directory
        self._size = size
        self._words = [sys.executable, "-m", "collector", *map(str, words)]
        self._seen = b""

    def __enter__(self) -> Self:
        self._keyboard, screen = os.openpty()
        os.set_blocking(self._keyboard, False)
        # A new session takes the first terminal that it opens for its own, so Ctrl-C reaches it.
        shell = ["sh", "-c", f'exec "$@" 0<>{os.ttyname(screen)} 1>&0 2>&0', "sh"]
        inherited = {**environment(None), "TERM": "xterm-256color", "LINES": "40", "COLUMNS": "120"}
        if self._size is not None:
            del inherited["LINES"], inherited["COLUMNS"]  # what they say counts more than the size
            self.resize(*self._size)
        self._process = subprocess.Popen(
            [*shell, *self._words],
            cwd=self._directory, env=inherited, start_new_session=True,
        )  # fmt: skip
        os.close(screen)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(STOP_S)
        if self._keyboard >= 0:
            os.close(self._keyboard)

    @property
    def pid(self) -> int:
        return self._process.pid

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self._keyboard)
        self._keyboard = -1

    @property
    def text(self) -> str:
        """Everything that it has shown, control sequences included."""
        with suppress(OSError):  # nothing now, or for ever
            while chunk := os.read(self._keyboard, 65536):
                self._seen += chunk
        return self._seen.decode("utf-8", "replace")

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.text, f"the terminal shows {words!r}")

    @property
    def frame(self) -> list[str]:
        """The lines of the screen as it was drawn last, without blanks at their ends."""
        *_, whole, _ = ["", "", *self.text.split(HOME)]
        return [line.rstrip() for line in _CONTROL.sub("", whole).rstrip().split("\n")]

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size, as dragging a window's corner does."""
        size = struct.pack("HHHH", rows, columns, 0, 0)  # tty_ioctl(4): struct winsize
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, size)

    def press(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def press_ctrl_c(self) -> None:
        os.write(self._keyboard, b"\x03")

    def wait(self) -> int:
        """Return the exit code; it has the ten seconds that are promised."""

        def has_ended() -> bool:
            _ = self.text  # so that it never blocks on a full terminal
            return self._process.poll() is not None

        wait_until(has_ended, "it ends", STOP_S)
        return self._process.returncode
