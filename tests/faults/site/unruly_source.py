"""Sources of a third party that do, once they are read, whatever a plugin should not."""

import ctypes
import itertools
import os
import sys
import threading
from collections.abc import Callable, Sequence

from collector import (
    ConfigModel,
    Deadline,
    ListeningSource,
    Metric,
    Reading,
    Source,
    SourceContext,
    SourceKind,
    hookimpl,
)

_KEPT: list[object] = []


class UnrulySettings(ConfigModel):
    fault: str
    """What it does, see `_FAULTS`."""

    at: str = "read"
    """Where: open, read or close; with close its reads fail, so that it is closed."""

    mebibytes: int = 1
    """How much it leaks with each read."""


class Unruly(Source):
    """Gives no readings."""

    def __init__(self, settings: UnrulySettings, context: SourceContext) -> None:
        self._settings = settings

    @property
    def metrics(self) -> Sequence[Metric]:
        return [Metric(id="count")]

    def open(self) -> None:
        self._misbehave("open")

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        self._misbehave("read")
        if self._settings.at == "close":
            raise OSError("its device is gone")
        return []

    def close(self) -> None:
        self._misbehave("close")

    def _misbehave(self, place: str) -> None:
        if self._settings.at == place:
            _FAULTS[self._settings.fault](self._settings)


def _raise(_: UnrulySettings) -> None:
    raise ZeroDivisionError("a mistake of the plugin")


def _sleep(_: UnrulySettings) -> None:
    threading.Event().wait()


def _spin(_: UnrulySettings) -> None:
    int("7" * 4000) ** 200_000  # one instruction of the interpreter, which nothing can interrupt


def _crash(_: UnrulySettings) -> None:
    ctypes.string_at(0)


def _leave(_: UnrulySettings) -> None:
    os._exit(0)


def _exit(_: UnrulySettings) -> None:
    sys.exit("it leaves")


def _write(_: UnrulySettings) -> None:
    print("{}" * 10_000)
    for descriptor in (1, 2):
        os.write(descriptor, b"\0\xff\n" * 10_000)


def _leak_memory(settings: UnrulySettings) -> None:
    _KEPT.append(b"x" * settings.mebibytes * 2**20)


def _leak_threads(_: UnrulySettings) -> None:
    for _number in range(8):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


def _leak_files(_: UnrulySettings) -> None:
    for _number in range(32):
        os.open("/dev/null", os.O_RDONLY)


_FAULTS: dict[str, Callable[[UnrulySettings], None]] = {
    "raise": _raise,
    "sleep": _sleep,
    "spin": _spin,
    "crash": _crash,
    "leave": _leave,
    "exit": _exit,
    "write": _write,
    "leak memory": _leak_memory,
    "leak threads": _leak_threads,
    "leak files": _leak_files,
}


class TalkerSettings(ConfigModel):
    pass


class Talker(ListeningSource):
    """Gives as many readings as it can."""

    def __init__(self, settings: TalkerSettings, context: SourceContext) -> None:
        pass

    @property
    def metrics(self) -> Sequence[Metric]:
        return [Metric(id="count")]

    def listen(self, emit: Callable[[Reading], None], stop) -> None:
        for number in itertools.count():
            emit(Reading(values={"count": float(number)}))
            if stop.is_set():
                return


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [
        SourceKind(name="unruly", settings=UnrulySettings, create=Unruly),
        SourceKind(name="unruly-talker", settings=TalkerSettings, create=Talker),
    ]
