"""Tries beforehand, in a process of its own, what loading calls of plugins of other packages.

Loading needs the plugins' own settings models, so their code runs in this process, where one that
leaves it (by `os._exit`, or a crash in C) takes everything along, in silence. So it is tried
elsewhere first. Where that process ends before its time, the plugin that it was in is given up, and
the rest is tried again.

    this process                     the child, see `collector.service.rehearsing`
        what to load  ──────────────>  loads
        given up      <──── pipe ────  each call before it is made; that it came to the end
"""

import json
import logging
import os
import select
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from collector.clock import Clock, Deadline, SystemClock
from collector.config import named_kinds
from collector.isolation.process import end_in_words
from collector.plugin.loader import PluginLoader
from collector.plugin.patience import IMPORT_LIMIT_S
from collector.service.rehearsing import forked

log = logging.getLogger(__name__)

SILENCE_S = IMPORT_LIMIT_S + 15.0
"""A call that lasts longer than it may, and is not given up either, lets no other thread run."""

Start = Callable[[str, int], int]
"""Starts a child that is told what to load, as JSON, and writes to this descriptor; its pid."""

_LOOK_S = 1.0
_LINES_BYTES = 65536


def rehearse_config(
    path: Path,
    loader: PluginLoader,
    *,
    simulate: bool = False,
    strict: bool = False,
    start: Start = forked,
) -> None:
    """Have plugins given up that would end this process when a configuration is loaded.

    Costs nothing where it names none of another package, else about as long as loading it.

    Args:
        path: The main file.
        loader: Gives them up.
        simulate: As it will be loaded.
        strict: As it will be loaded.
        start: How the child is started: by a fork, or, where other threads run, anew.
    """
    if _foreign(named_kinds(path), loader):
        _rehearse({"config": str(path), "simulate": simulate, "strict": strict}, loader, start)


def rehearse_kinds(names: Sequence[str], loader: PluginLoader) -> None:
    """Have plugins given up that would end this process when they are imported.

    Args:
        names: Those that will be.
        loader: Gives them up.
    """
    foreign = _foreign(names, loader)
    if foreign:
        _rehearse({"kinds": foreign}, loader, forked)


def _foreign(names: Sequence[str], loader: PluginLoader) -> list[str]:
    installed = {plugin.name for plugin in loader.installed()}
    return [name for name in names if name in installed and not loader.is_bundled(name)]


def _rehearse(order: Mapping[str, Any], loader: PluginLoader, start: Start) -> None:
    for _ in loader.installed():
        told = json.dumps({**order, "given_up": dict(loader.given_up)})
        last = _Rehearsal(SystemClock()).of(told, start)
        if last is None:
            return
        loader.give_up(*last)


class _Rehearsal:
    """One try.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._plugin = ""
        self._what = ""
        self._is_whole = False

    def of(self, order: str, start: Start) -> tuple[str, str] | None:
        """Return the plugin that ended it, and how; None if it came to its end."""
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb", 0) as stream:
            try:
                pid = start(order, writer)
            except OSError as error:
                log.warning("plugins are not tried beforehand: %s", error.strerror)
                return None
            finally:
                os.close(writer)
            try:
                is_over = self._follow(pid, stream)
            finally:
                code = _end(pid)
        if self._is_whole or not self._plugin:
            return None
        how = f"ends the process: it {end_in_words(code)}" if is_over else "lets nothing else run"
        return self._plugin, f"{self._what} {how}"

    def _follow(self, pid: int, stream: IO[bytes]) -> bool:
        """Follow it to its end; false if it hangs."""
        until = Deadline.after(self._clock, SILENCE_S)
        rest = b""
        while not until.has_passed():
            has_ended = _has_ended(pid)
            if not select.select([stream], [], [], 0.0 if has_ended else _LOOK_S)[0]:
                if has_ended:  # while something that it has started holds the pipe
                    return True
                continue
            read = stream.read(_LINES_BYTES)
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
            if self._is_whole or not read:
                return True
            until = Deadline.after(self._clock, SILENCE_S)
        return False

    def _take(self, told: Mapping[str, Any]) -> None:
        self._is_whole = self._is_whole or bool(told.get("is_whole"))
        self._plugin = str(told.get("plugin", self._plugin))
        self._what = str(told.get("what", self._what))


def _has_ended(pid: int) -> bool:
    """Tell whether it has ended, and let its number stay its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(pid: int) -> int:
    """End it, if it has not ended, and what it has started; return its exit code."""
    for kill in (os.killpg, os.kill):  # it may not have come to have a group yet
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
