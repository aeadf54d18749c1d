"""The child that loads what it is told, and tells each step: see `collector.service.rehearsal`.

``python -m collector.service.rehearsing ORDER`` where other threads forbid a fork.
"""

import json
import logging
import os
import re
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from collector.clock import SystemClock
from collector.config import load
from collector.errors import CollectorError
from collector.plugin import patience
from collector.plugin.border import PluginFault, guarded
from collector.plugin.loader import PluginLoader

_MODULE = "collector.service.rehearsing"
_PLUGIN = re.compile(r"plugin '([^']+)'")
_PIPE = 3


def forked(order: str, pipe: int) -> int:
    """Start a child as a fork of this process, in which no other thread does anything."""
    with warnings.catch_warnings():
        # Python warns of forks beside threads. Ours wait in the kernel for a signal meanwhile.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in range(_PIPE):
                os.dup2(nothing, descriptor)
            _rehearse(order, pipe)
        finally:
            os._exit(1)
    return pid


def spawned(order: str, pipe: int) -> int:
    """Start a child anew, which takes longer."""
    nothing = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in range(_PIPE)]
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path)  # noqa: PTH100 - or a zip file
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-m", _MODULE, order],
        {**os.environ, "PYTHONPATH": path},
        file_actions=[*nothing, (os.POSIX_SPAWN_DUP2, pipe, _PIPE)],
        setsid=True,
    )


def _rehearse(order: str, pipe: int) -> None:
    """Load it, tell that it came to the end, and end before anything else can happen."""
    patience.log.addHandler(_Teller(pipe))
    patience.log.setLevel(logging.DEBUG)
    patience.log.propagate = False
    with suppress(CollectorError, PluginFault), guarded("loading", CollectorError):
        _load(json.loads(order))
    _tell(pipe, {"is_whole": True})
    os._exit(0)


def _load(order: dict[str, Any]) -> None:
    loader = PluginLoader()
    for name, reason in order["given_up"].items():
        loader.give_up(name, reason)
    for name in order.get("kinds", ()):
        with suppress(CollectorError):
            loader.load(name)
    if "config" in order:
        path, simulate, strict = Path(order["config"]), order["simulate"], order["strict"]
        config = load(path, simulate=simulate, strict=strict, loader=loader)
        if strict:  # whoever looks so closely computes what it costs as well
            from collector.forecast.forecast import make_forecast  # noqa: PLC0415 - no run needs it

            make_forecast(config, SystemClock())


class _Teller(logging.Handler):
    """Tells of each call of plugin code before it is made."""

    def __init__(self, pipe: int) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of it, if that is what the record says."""
        if record.msg == patience.CALLING and isinstance(record.args, tuple):
            who, what = map(str, record.args)
            found = _PLUGIN.search(who)
            if found is not None:
                _tell(self._pipe, {"plugin": found[1], "what": what})


def _tell(pipe: int, told: dict[str, Any]) -> None:
    os.write(pipe, json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    os.set_inheritable(_PIPE, False)  # noqa: FBT003 - its form
    _rehearse(sys.argv[1], _PIPE)
