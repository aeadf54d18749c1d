"""Whatever a source does wrong is told in one line that says what; right ones are let pass."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fake_plugins import module_of, offering

from collector import (
    ConfigModel,
    Group,
    Metric,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceKind,
    ValueUnit,
)
from collector.plugin.loader import PluginLoader
from collector.testkit.contract.catalogue import CHECKS
from collector.testkit.contract.check import Check, Finding, Verdict
from collector.testkit.contract.subject import Subject

BY_NAME = {check.name: check for check in CHECKS}
STARTED: list[subprocess.Popen[bytes]] = []


class OddSettings(ConfigModel):
    """None."""


class OddSimulator:
    def __init__(self, settings: OddSettings, context: Any) -> None:
        self._settings = settings

    def start(self) -> OddSettings:
        return self._settings

    def stop(self) -> None:
        pass


class Right(Source):
    metrics = [Metric(id="level", unit=ValueUnit.PERCENT)]  # noqa: RUF012 - short for the tests
    groups = [Group()]  # noqa: RUF012

    def __init__(self, settings: OddSettings, context: Any) -> None:
        self.context = context

    def read(self, group: str, deadline: Any) -> Any:
        return [Reading(values={"level": 1.0})]

    def close(self) -> None:
        pass


def raising(error: BaseException) -> Callable[..., Any]:
    def raise_it(*_: Any) -> Any:
        raise error

    return raise_it


class OpenFile:
    """A file that is closed when nobody holds it any more, as an object of Python's own is."""

    def __init__(self) -> None:
        self._descriptor = os.open(os.devnull, os.O_RDONLY)

    def __del__(self) -> None:
        os.close(self._descriptor)


def holds_when_made(self: Any, settings: Any, context: Any) -> None:
    del settings, context
    self.held = OpenFile()


def holds_when_open(self: Any) -> None:
    self.held = OpenFile()


def subject_of(members: Mapping[str, Any]) -> Subject:
    kind = SourceKind(
        name="odd",
        settings=OddSettings,
        create=type("Odd", (Right,), dict(members)),
        simulate=OddSimulator,
        example='[[source]]\nplugin = "odd"\nsensor = "odd"\n',
    )
    return Subject("odd", loader=PluginLoader(offering({"odd": module_of(kind)})))


def found(check: str, subject: Subject) -> Finding:
    return BY_NAME[check].finding(subject)


def starts_a_process(*_: Any) -> Any:
    STARTED.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
    return [Reading(values={"level": 1.0})]


def changes_its_unit(self: Any, *_: Any) -> Any:
    self.metrics = [Metric(id="level", unit=ValueUnit.CELSIUS)]
    return [Reading(values={"level": 1.0})]


def reading(**more: Any) -> Callable[..., Any]:
    return lambda *_: [Reading(values={"level": 1.0}, **more)]


GIVES = "the-simulated-device-gives-values"
TIMES = "times-do-not-lie"
FORMED = "metrics-are-well-formed"
TOLD = "what-it-opens-is-told-without-io"
ACCEPTED = "the-example-is-accepted"
WRONG = [
    ({"metrics": property(raising(KeyError("level")))}, FORMED, "KeyError: 'level'"),
    ({"metrics": property(raising(SystemExit(3)))}, FORMED, "SystemExit: 3"),
    ({"metrics": ["level"]}, FORMED, "metrics holds ['level']: give Metric(...)"),
    ({"groups": ["fast"]}, ACCEPTED, "groups holds a str: give Group(...)"),
    ({"link": property(raising(OSError("no bus")))}, "the-link-is-steady", "OSError: no bus"),
    ({"resources": ["/dev/ttyUSB0"]}, TOLD, "resources is a list: give Resources(...), or None"),
    ({"cost": lambda *_: 0.2}, ACCEPTED, "gave a float where a ReadCost is due"),
    ({"notes": property(raising(ValueError("x")))}, GIVES, "ValueError: x"),
    ({"read": lambda *_: None}, GIVES, "read() returned a NoneType: return a list of Reading"),
    ({"read": lambda *_: {"level": 1.0}}, GIVES, "returned a dict: return a list of Reading"),
    ({"read": lambda *_: [{"level": 1.0}]}, GIVES, "read() gave a dict: give a Reading"),
    ({"read": raising(SystemExit(1))}, GIVES, "SystemExit: 1"),
    ({"read": reading(taken_at=dt.datetime(2026, 1, 1))}, TIMES, "taken_at is a datetime"),  # noqa: DTZ001 - that is what is wrong
    ({"read": reading(taken_at=time.time())}, TIMES, "taken_at is a float: take it from"),
    ({"read": reading(device_time_ms=1.7e9)}, TIMES, "device_time_ms is a float: give whole"),
    ({"read": changes_its_unit}, "metrics-stay-what-they-are", "level changes while the source"),
    ({"__init__": holds_when_made}, "making-does-no-io", "leaves the file /dev/null: do it in"),
    ({"open": holds_when_open}, "nothing-is-left-behind", "leaves the file /dev/null: end it in"),
    ({"close": raising(OSError("gone"))}, "closing-what-was-not-opened-does-nothing", "gone"),
    ({"close": raising(OSError("gone"))}, "closing-twice-does-nothing", "OSError: gone"),
]


@pytest.mark.parametrize(("members", "check", "words"), WRONG, ids=[row[2] for row in WRONG])
def test_what_is_wrong_is_told_in_one_line(
    members: Mapping[str, Any], check: str, words: str
) -> None:
    finding = found(check, subject_of(members))

    assert Verdict.FAILED is finding.verdict
    assert words in finding.why
    assert 1 == len(finding.why.splitlines())


def test_the_place_of_what_was_raised_is_told() -> None:
    finding = found("the-link-is-steady", subject_of({"link": property(raising(OSError("x")))}))

    assert "test_contract_hostile.py:" in finding.why


def test_a_process_that_stays_is_told() -> None:
    try:
        finding = found("nothing-is-left-behind", subject_of({"read": starts_a_process}))
    finally:
        for process in STARTED:
            process.kill()
            process.wait()
            process.stdin.close()

    assert Verdict.FAILED is finding.verdict
    assert "it leaves the file pipe:" in finding.why
    assert "the process python" in finding.why


@pytest.fixture
def hangs() -> Iterator[Callable[..., Any]]:
    """Give what does not come back before the end of the test."""
    is_over = threading.Event()
    yield lambda *_: is_over.wait()
    is_over.set()


def test_a_read_that_never_returns_is_told_and_costs_the_other_checks_no_time(hangs: Any) -> None:
    subject = subject_of({"read": hangs})
    check = Check(BY_NAME[GIVES].run, limit_s=0.5)

    finding = check.finding(subject)
    after = found(TIMES, subject)

    assert (Verdict.FAILED, Verdict.LEFT_OUT) == (finding.verdict, after.verdict)
    assert "it has not come back within 0.5 s: give every blocking call a timeout" == finding.why
    assert "what was called before has not come back" == after.why


def test_a_kind_that_hangs_does_not_hold_up_the_checks_of_another_one(hangs: Any) -> None:
    Check(BY_NAME[GIVES].run, limit_s=0.5).finding(subject_of({"read": hangs}))

    after = Check(BY_NAME[GIVES].run, limit_s=10.0).finding(subject_of({}))

    assert Verdict.OK is after.verdict, after.why


RIGHT = [
    {},
    {"resources": Resources(devices=["/dev/null"]), "cost": lambda *_: ReadCost(link_s=0.1)},
    {"read": lambda *_: (Reading(values={"level": 1.0}) for _ in range(2))},
    {"read": lambda self, *_: [Reading(values={"level": 1.0}, taken_at=self.context.clock.now())]},
    {"read": reading(device_time_ms=1_700_000_000_000)},
]


@pytest.mark.parametrize("members", RIGHT, ids=["plain", "told", "generator", "taken_at", "device"])
@pytest.mark.parametrize(
    "check", [FORMED, GIVES, TIMES, TOLD, "metrics-stay-what-they-are", "nothing-is-left-behind"]
)
def test_what_is_right_is_let_pass(members: Mapping[str, Any], check: str) -> None:
    finding = found(check, subject_of(members))

    assert Verdict.OK is finding.verdict, finding.why
