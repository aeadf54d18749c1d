"""Runs a command of ours on a terminal, as a person sees it."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from running import STOP_S, environment, wait_until


class Terminal:
    """A command of ours on a terminal of its own, as a person sees it."""

    def __init__(self, directory: Path, *words: object) -> None:
        self._directory = directory
        self._words = [sys.executable, "-m", "collector", *map(str, words)]
        self._seen = b""

    def __enter__(self) -> Self:
        self._keyboard, screen = os.openpty()
        os.set_blocking(self._keyboard, False)
        # A new session takes the first terminal that it opens for its own, so Ctrl-C reaches it.
        shell = ["sh", "-c", f'exec "$@" 0<>{os.ttyname(screen)} 1>&0 2>&0', "sh"]
        changes = {"TERM": "xterm-256color", "LINES": "40", "COLUMNS": "120"}
        self._process = subprocess.Popen(
            [*shell, *self._words],
            cwd=self._directory, env={**environment(None), **changes}, start_new_session=True,
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

    def press_ctrl_c(self) -> None:
        os.write(self._keyboard, b"\x03")

    def wait(self) -> int:
        """Return the exit code; it has the ten seconds that are promised."""

        def has_ended() -> bool:
            _ = self.text  # so that it never blocks on a full terminal
            return self._process.poll() is not None

        wait_until(has_ended, "it ends", STOP_S)
        return self._process.returncode
