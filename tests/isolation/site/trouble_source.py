"""Sources that do whatever harm a plugin can do to its process, when they are told to."""

import contextlib
import ctypes
import io
import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from collector import (
    ConfigModel,
    Deadline,
    Group,
    ListeningSource,
    Metric,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceFaultError,
    SourceKind,
    SourceUnavailableError,
    ValueType,
    ValueUnit,
    hookimpl,
)

log = logging.getLogger(__name__)


class TroubleSettings(ConfigModel):
    at: str = "read"
    """Where the trouble is: make, link, groups, metrics, notes, open, read or close."""

    trouble: str = ""
    """What it is, see `_TROUBLES`; empty for none."""

    once: str = ""
    """A file; trouble comes only while it does not exist, and makes it."""

    after: int = 0
    """It comes after so many reads."""

    bus: str = ""
    """The link."""

    extra: tuple[str, ...] = ()
    """More metrics that it declares."""


class Trouble(Source):
    """Gives the process's id, how many sources it holds, and a count."""

    held = 0

    def __init__(self, settings: TroubleSettings, context: SourceContext) -> None:
        type(self).held += 1
        self._settings = settings
        self._log = context.log
        self._tape = context.tape
        self._count = 0
        self._meet("make")

    @property
    def metrics(self) -> Sequence[Metric]:
        self._meet("metrics")
        grown = [Metric(id="grown")] if self._count > 2 else []
        return [
            Metric(id="pid", type=ValueType.INTEGER),
            Metric(id="held", type=ValueType.INTEGER),
            Metric(id="count", unit=ValueUnit.CELSIUS, name="Count"),
            *(Metric(id=name) for name in self._settings.extra),
            *grown,
        ]

    @property
    def link(self) -> str:
        self._meet("link")
        return self._settings.bus

    @property
    def resources(self) -> Resources:
        return Resources(devices=[f"/dev/{self._settings.bus}"], hosts=("10.0.0.7",))

    @property
    def groups(self) -> Sequence[Group]:
        self._meet("groups")
        return (Group(), Group("slow", 60.0))

    @property
    def notes(self) -> Sequence[str]:
        self._meet("notes")
        return (f"read {self._count} times",)

    def open(self) -> None:
        self._tape.note("bus", "out", b"open")
        self._meet("open")

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        deadline.give_way()
        self._count += 1
        self._tape.note("bus", "out", b"ask %d" % self._count)
        given = self._meet("read")
        values = {"pid": os.getpid(), "held": self.held, "count": float(self._count)}
        more = {"grown": 1.0} if self._count > 3 else {}
        return [Reading(values={**values, **more, **(given or {})})]

    def close(self) -> None:
        self._meet("close")

    def _meet(self, place: str) -> dict | None:
        settings = self._settings
        is_due = place != "read" or self._count > settings.after
        if settings.at != place or not settings.trouble or not is_due:
            return None
        if settings.once:
            try:
                os.close(os.open(settings.once, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return None
        return _TROUBLES[settings.trouble](self)


def _spin(_: Trouble | None) -> None:
    int("7" * 4000) ** 200_000  # one instruction of the interpreter, which nothing can interrupt


def _sleep(_: Trouble) -> None:
    threading.Event().wait()


def _be_late(_: Trouble) -> None:
    threading.Event().wait(0.2)


def _crash(_: Trouble) -> None:
    ctypes.string_at(0)


def _leave(_: Trouble) -> None:
    os._exit(0)


def _exit(_: Trouble) -> None:
    sys.exit("it leaves")


def _fail(_: Trouble) -> None:
    raise ZeroDivisionError("a fault of the plugin")


def _find_nothing(_: Trouble) -> None:
    raise SourceUnavailableError("the device does not answer", retry_in_s=0.05)


def _need_a_human(_: Trouble) -> None:
    raise SourceFaultError("it is another device")


def _fail_without_words(_: Trouble) -> None:
    class WordlessError(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    raise WordlessError


_HOARD: list[bytes] = []


def _hoard(_: Trouble) -> None:
    _HOARD.append(b"x" * 24 * 2**20)


def _hoard_later(_: Trouble) -> None:
    def grow() -> None:
        while True:
            threading.Event().wait(0.1)
            _HOARD.append(b"x" * 24 * 2**20)

    threading.Thread(target=grow, daemon=True).start()


def _devour(_: Trouble) -> None:
    _HOARD.append(b"x" * 2**30)


def _breed(_: Trouble) -> None:
    for _number in range(200):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


def _open_files(_: Trouble) -> None:
    while True:
        os.open("/dev/null", os.O_RDONLY)


def _write(trouble: Trouble) -> None:
    print("to standard output")
    os.write(2, b"to standard error\n")
    trouble._log.warning("by the source's log")
    log.warning("by the plugin's log")


def _log_badly(trouble: Trouble) -> None:
    trouble._log.warning("%d degrees", "no number")
    with contextlib.redirect_stderr(io.StringIO()):
        trouble._log.warning("while standard error is elsewhere")
    try:
        _fail(trouble)
    except ZeroDivisionError:
        trouble._log.exception("with its cause")


class _Unspeakable:
    def __repr__(self) -> str:
        raise ValueError("no words")


def _give_unspeakable(_: Trouble) -> dict:
    return {"bytes": _Unspeakable(), _Unspeakable(): 1.0}


def _chatter(_: Trouble) -> None:
    for number in range(20_000):
        print(f"line {number}")


def _fork(_: Trouble) -> None:
    if os.fork() == 0:
        threading.Event().wait(600)
    os._exit(3)


def _leave_a_child(trouble: Trouble) -> dict:
    if trouble._count > 1:
        threading.Event().wait()
    child = os.fork()
    if child == 0:
        threading.Event().wait(600)
    return {"child": child}


def _leave_the_group(trouble: Trouble) -> None:
    os.setpgid(0, os.getpgid(os.getppid()))
    if trouble._count > 1:
        threading.Event().wait()


def _leave_a_daemon(_: Trouble) -> None:
    if os.fork() == 0:
        os.setsid()  # so that nobody ends it with its group
        threading.Event().wait(8)
    os._exit(3)


def _give_bad_values(_: Trouble) -> dict:
    return {
        "nan": float("nan"),
        "huge": 2**1100,
        "bytes": b"x",
        "none": None,
        "complex": 1j,
        "decimal": Decimal(1),
        "surrogate": "\ud800",
        "long": "x" * 2**20,
        ("no", "id"): 1.0,
    }


def _give_too_much(_: Trouble) -> dict:
    return {f"long {number}": "x" * 8000 for number in range(1000)}


def _send_pickle(_: Trouble) -> None:
    _send(b"cos\nsystem\n(S'touch HOSTILE'\ntR.")
    threading.Event().wait()


def _answer_twice(_: Trouble) -> None:
    _send(b'{"readings":[["a",["count"],[666.0],null,null]],"number":0}')


def _trickle(_: Trouble) -> None:
    channel = _channel()
    os.write(channel, (1000).to_bytes(4, "big"))
    while True:
        os.write(channel, b" ")
        threading.Event().wait(0.05)


def _send(text: bytes) -> None:
    os.write(_channel(), len(text).to_bytes(4, "big") + text)


def _channel() -> int:
    """Return the socket to the collector, as a plugin that writes where it should not would."""
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(link.readlink()).startswith("socket:"):
                return int(link.name)
    raise AssertionError("there is no socket")


def _learn(trouble: Trouble) -> None:
    with trouble._tape.setting_up():
        trouble._tape.note("bus", "in", b"map")


def _note_elsewhere(trouble: Trouble) -> None:
    _in_a_thread(lambda: trouble._tape.note("bus", "in", b"elsewhere"))


def _note_too_much(trouble: Trouble) -> None:
    _in_a_thread(lambda: [trouble._tape.note("bus", "in", bytes(4096)) for _ in range(1000)])


def _in_a_thread(note: Callable[[], object]) -> None:
    def note_between_reads() -> None:
        threading.Event().wait(0.1)
        note()

    threading.Thread(target=note_between_reads, daemon=True).start()


def _note_falsely(_: Trouble) -> None:
    _send(b'{"tape":"a","event":[NaN,"bus","out","00"]}')


def _tell_surroundings(_: Trouble) -> dict:
    files = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder itself, which is closed by now
            files.append(str(link.readlink()))
    return {"files": " ".join(sorted(files)), "environment": " ".join(sorted(os.environ))}


_TROUBLES: dict[str, Callable[[Trouble], dict | None]] = {
    "spin": _spin,
    "sleep": _sleep,
    "be late": _be_late,
    "crash": _crash,
    "leave": _leave,
    "exit": _exit,
    "fail": _fail,
    "find nothing": _find_nothing,
    "need a human": _need_a_human,
    "fail without words": _fail_without_words,
    "hoard": _hoard,
    "hoard later": _hoard_later,
    "devour": _devour,
    "breed": _breed,
    "open files": _open_files,
    "write": _write,
    "log badly": _log_badly,
    "unspeakable values": _give_unspeakable,
    "answer twice": _answer_twice,
    "trickle": _trickle,
    "chatter": _chatter,
    "fork": _fork,
    "leave a child": _leave_a_child,
    "leave the group": _leave_the_group,
    "leave a daemon": _leave_a_daemon,
    "bad values": _give_bad_values,
    "give too much": _give_too_much,
    "send pickle": _send_pickle,
    "tell surroundings": _tell_surroundings,
    "learn": _learn,
    "note elsewhere": _note_elsewhere,
    "note too much": _note_too_much,
    "note falsely": _note_falsely,
}


class TalkerSettings(ConfigModel):
    talk: str = "count"
    """What it does: count, flood, sleep or return."""


class Talker(ListeningSource):
    def __init__(self, settings: TalkerSettings, context: SourceContext) -> None:
        self._settings = settings
        self._tape = context.tape
        self._asked = 0

    @property
    def metrics(self) -> Sequence[Metric]:
        self._asked += 1
        if self._settings.talk == "learn too much" and self._asked > 1:
            return [Metric(id="count"), Metric(id="new", annotation="x" * 5_000_000)]
        return [Metric(id="count"), Metric(id="pid", type=ValueType.INTEGER)]

    def listen(self, emit: Callable[[Reading], None], stop) -> None:
        def emit_what_came(reading: Reading) -> None:
            self._tape.note("line", "in", b"%d" % reading.values["count"])
            emit(reading)

        _TALKS[self._settings.talk](emit_what_came, stop)


def _count(emit: Callable[[Reading], None], stop) -> None:
    for number in itertools.count():
        emit(Reading(values={"count": float(number), "pid": os.getpid()}))
        if stop.wait(0.05):
            return


def _flood(emit: Callable[[Reading], None], stop) -> None:
    for number in itertools.count():
        emit(Reading(values={"count": float(number)}))
        if stop.is_set():
            return


def _wait(emit: Callable[[Reading], None], stop) -> None:
    emit(Reading(values={"count": 0.0}))
    stop.wait(2)
    emit(Reading(values={"count": 1.0}))
    stop.wait()


def _spin_while_listening(emit: Callable[[Reading], None], stop) -> None:
    _spin(None)


def _ignore_stop(emit: Callable[[Reading], None], stop) -> None:
    emit(Reading(values={"count": 0.0}))
    threading.Event().wait()


def _learn_too_much(emit: Callable[[Reading], None], stop) -> None:
    for number in itertools.count():
        emit(Reading(values={"count": float(number), "new": 1.0}))
        if stop.wait(0.05):
            return


def _return(emit: Callable[[Reading], None], stop) -> None:
    emit(Reading(values={"count": 0.0}))


def _die(emit: Callable[[Reading], None], stop) -> None:
    emit(Reading(values={"count": 0.0, "pid": os.getpid()}))
    stop.wait(0.3)
    os._exit(1)


_TALKS = {
    "count": _count,
    "flood": _flood,
    "ignore stop": _ignore_stop,
    "wait": _wait,
    "spin": _spin_while_listening,
    "learn too much": _learn_too_much,
    "return": _return,
    "die": _die,
}


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [
        SourceKind(name="trouble", settings=TroubleSettings, create=Trouble),
        SourceKind(name="trouble-talker", settings=TalkerSettings, create=Talker),
    ]
