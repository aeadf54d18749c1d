"""Each check of the contract finds what it looks for, and a kind that keeps it passes them all."""

import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fake_plugins import module_of, offering

from collector import (
    ConfigModel,
    Deadline,
    Group,
    Instant,
    ListeningSource,
    Metric,
    Reading,
    Source,
    SourceContext,
    SourceKind,
    SourceUnavailableError,
    ValueType,
    ValueUnit,
)
from collector.clock import SystemClock
from collector.plugin.loader import PluginLoader
from collector.testkit.contract.catalogue import CHECKS
from collector.testkit.contract.check import Finding, Verdict
from collector.testkit.contract.subject import Subject

BY_NAME = {check.name: check for check in CHECKS}
EXAMPLE = '[[source]]\nplugin = "lamp"\nsensor = "lamp"\nfault = ""\n# port = ""\n'
README = f"""# Lamp

## What it reads
## Configuration

```toml
{EXAMPLE.rstrip()}
```

## Metrics

| Metric | Type | Unit |
|---|---|---|
| `brightness` | double | lux |
| `seen_<n>` | integer | - |

## Permissions and wiring
## Errors
## Example output
"""


_LINKS = itertools.count()


class LeapingClock(SystemClock):
    """The time, and what was leapt over."""

    def __init__(self) -> None:
        super().__init__()
        self._leapt_s = 0.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self._leapt_s

    def leap(self, seconds: float) -> None:
        self._leapt_s += seconds


CLOCK = LeapingClock()


class LampSettings(ConfigModel):
    fault: str = ""
    """What it does wrong."""

    port: str = ""
    """A file that stands for the device."""


class LampSimulator:
    def __init__(self, settings: LampSettings, context: SourceContext) -> None:
        del context
        self._settings = settings

    def start(self) -> LampSettings:
        read, self._write = os.pipe()
        self._read = read
        return self._settings.model_copy(update={"port": f"/proc/self/fd/{read}"})

    def stop(self) -> None:
        if self._settings.fault != "simulator leaks":
            os.close(self._read)
        os.close(self._write)


class Lamp(Source):
    """A source with one fault of many."""

    def __init__(self, settings: LampSettings, context: SourceContext) -> None:
        self._fault, self._port, self._context = settings.fault, settings.port, context
        self._closed = 0
        self._is_open = False
        if self._fault == "opens a file when made":
            self._file = os.open(os.devnull, os.O_RDONLY)

    @property
    def metrics(self) -> list[Metric]:
        return {
            "no metrics": [],
            "bad id": [Metric(id="bright/ness", annotation="lux")],
            "twice": [Metric(id="brightness", annotation="lux")] * 2,
            "integer with unit": [
                Metric(id="brightness", unit=ValueUnit.PERCENT, type=ValueType.INTEGER)
            ],
            "silent metric": [
                Metric(id="brightness", annotation="lux"),
                Metric(id="colour", annotation="nm"),
            ],
            "undocumented unit": [Metric(id="brightness", annotation="candela")],
        }.get(self._fault, [Metric(id="brightness", annotation="lux")])

    @property
    def groups(self) -> list[Group]:
        groups = {"no groups": [], "same groups": [Group("a"), Group("a")], "still": [Group("", 0)]}
        return groups.get(self._fault, [Group()])

    @property
    def link(self) -> str:
        return str(next(_LINKS)) if self._fault == "unsteady link" else ""

    @property
    def notes(self) -> list[str]:
        return {"many notes": ["a"] * 9, "long note": ["a" * 201]}.get(self._fault, [])

    def open(self) -> None:
        self._is_open = True
        if not Path(self._port).exists():
            if self._fault == "open raises":
                raise FileNotFoundError(self._port)
            raise SourceUnavailableError("no lamp")
        if self._fault == "leaks a thread":
            threading.Thread(target=ENDED.wait, args=(30,), daemon=True).start()

    def read(self, group: str, deadline: Deadline) -> Iterator[Reading]:
        if not Path(self._port).exists():
            raise (
                OSError("gone") if self._fault == "read raises" else SourceUnavailableError("gone")
            )
        if self._fault == "slow":
            CLOCK.leap(2.2)
        yield Reading(values=self._values(), taken_at=self._taken_at())

    def close(self) -> None:
        self._closed += 1
        if self._fault == "closes once" and self._closed > 1:
            raise RuntimeError("closed already")
        if self._fault == "must be open" and not self._is_open:
            raise RuntimeError("was never open")

    def _values(self) -> dict[str, Any]:
        given = {"text": {"brightness": "dim"}, "undeclared": {"brightness": 1.0, "heat": 1.0}}
        return given.get(self._fault, {"brightness": 1.0})

    def _taken_at(self) -> Instant | None:
        now = self._context.clock.now()
        shift_ms = {"future": 60_000, "past": -60_000}.get(self._fault)
        if self._fault == "other boot":
            return Instant("another", now.boottime_ms)
        return None if shift_ms is None else Instant(now.boot_id, now.boottime_ms + shift_ms)


class Deaf(ListeningSource):
    """A listening source that does not hear the stop."""

    def __init__(self, settings: LampSettings, context: SourceContext) -> None:
        del settings, context

    @property
    def metrics(self) -> list[Metric]:
        return [Metric(id="brightness", annotation="lux")]

    def listen(self, emit: Any, stop: Any) -> None:
        for _ in range(3):
            emit(Reading(values={"brightness": 1.0}))
        ENDED.wait(2.5)


ENDED = threading.Event()
"""Never set: what waits for it waits out its time."""


def subject_of(
    fault: str = "",
    readme: str = README,
    requires: Sequence[str] = ("collector-agent>=0.1,<0.2",),
    **changes: Any,
) -> Subject:
    keys = {
        "name": "lamp",
        "settings": LampSettings,
        "create": Lamp,
        "simulate": LampSimulator,
        "example": EXAMPLE.replace('fault = ""', f'fault = "{fault}"'),
        **changes,
    }
    loader = PluginLoader(offering({keys["name"]: module_of(SourceKind(**keys))}))
    subject = Subject(keys["name"], loader=loader, clock=CLOCK)
    subject.__dict__["readme"] = readme
    subject.__dict__["requirements"] = requires
    return subject


def found(check: str, subject: Subject) -> Finding:
    return BY_NAME[check].finding(subject)


@pytest.fixture(scope="module")
def good() -> Subject:
    return subject_of()


IN_ITS_TESTS = [check for check in CHECKS if check.name != "it-runs-in-a-process-of-its-own"]
"""The lamp is in no package that a process could import; real packages are held to that one."""


@pytest.mark.parametrize("check", IN_ITS_TESTS, ids=lambda check: check.name)
def test_a_kind_that_keeps_the_contract_passes(check: Any, good: Subject) -> None:
    finding = check.finding(good)

    assert finding.verdict in (Verdict.OK, Verdict.LEFT_OUT), finding.why
    assert (finding.verdict is Verdict.LEFT_OUT) == (check.name == "listening-ends-with-the-stop")


FAULTS = [
    ("opens a file when made", "making-does-no-io", "do it in open()"),
    ("no metrics", "metrics-are-well-formed", "declares no metrics"),
    ("bad id", "metrics-are-well-formed", "'bright/ness' is no id"),
    ("twice", "metrics-are-well-formed", "several metrics are called brightness"),
    ("integer with unit", "metrics-are-well-formed", "its values are doubles"),
    ("integer with unit", "metrics-learnt-are-well-formed", "its values are doubles"),
    ("no groups", "groups-are-well-formed", "groups is empty"),
    ("same groups", "groups-are-well-formed", "each needs its own name"),
    ("still", "groups-are-well-formed", "not above 0"),
    ("unsteady link", "the-link-is-steady", "make it of the settings alone"),
    ("must be open", "closing-what-was-not-opened-does-nothing", "was never open"),
    ("text", "values-are-what-their-metrics-declare", "'brightness': "),
    ("undeclared", "every-metric-given-is-declared", "it gives heat"),
    ("silent metric", "every-metric-declared-is-given-or-told", "colour never had a value"),
    ("future", "times-do-not-lie", "in the future"),
    ("past", "times-do-not-lie", "before the call"),
    ("other boot", "times-do-not-lie", "another boot"),
    ("many notes", "notes-are-short", "9 notes"),
    ("long note", "notes-are-short", "200 characters"),
    ("closes once", "closing-twice-does-nothing", "closed already"),
    ("simulator leaks", "nothing-is-left-behind", "it leaves the file pipe:"),
    ("leaks a thread", "nothing-is-left-behind", "it leaves the thread"),
    ("read raises", "a-device-that-goes-is-unavailable", "read() raises OSError"),
    ("open raises", "a-device-that-goes-is-unavailable", "open() raises FileNotFoundError"),
    ("slow", "a-short-deadline-is-kept-too", "use deadline.remaining_s()"),
    ("undocumented unit", "the-readme-lists-the-metrics", "| `brightness` | double | candela |"),
]


@pytest.mark.parametrize(("fault", "check", "words"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_found_and_told(fault: str, check: str, words: str) -> None:
    finding = found(check, subject_of(fault))

    assert Verdict.FAILED is finding.verdict
    assert words in finding.why


class Bare(ConfigModel):
    fault: str = ""
    port: str = ""


class Unpicklable(LampSettings):
    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle this")


@pytest.mark.parametrize(
    ("check", "words", "changes"),
    [
        ("the-name-can-be-written", "use a-z, 0-9 and '-'", {"name": "Lamp"}),
        ("settings-are-described", "no description of fault, port", {"settings": Bare}),
        ("settings-can-be-sent-to-a-process", "cannot be pickled", {"settings": Unpicklable}),
        ("the-example-is-accepted", "example is empty", {"example": ""}),
        ("the-example-is-accepted", "is refused", {"example": EXAMPLE + "extra = 1\n"}),
        (
            "the-example-shows-every-setting",
            "does not show port",
            {"example": EXAMPLE.replace("# port", "#")},
        ),
        ("listening-ends-with-the-stop", "look at stop", {"create": Deaf}),
        ("the-readme-has-the-headings-of-every-plugin", "it has no README", {"readme": ""}),
        ("the-readme-has-the-headings-of-every-plugin", "should be", {"readme": "# Lamp\n"}),
        ("the-readme-holds-the-example", "copy example.toml", {"readme": "# Lamp\n"}),
        ("the-simulated-device-gives-values", "boom", {"create": lambda *_: 1 / 0}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_declaration_is_found_and_told(
    check: str, words: str, changes: dict[str, Any]
) -> None:
    finding = found(check, subject_of(**changes))

    assert Verdict.FAILED is finding.verdict
    assert words.replace("boom", "division by zero").replace("it has no", "has no") in finding.why


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        ([], "it names no version of collector-agent: write"),
        (["collector-agent"], "it names no version of collector-agent: write"),
        (["collector-agent>=0.1"], "it takes 0.2 too, which may break it: write"),
    ],
)
def test_a_package_that_does_not_say_what_it_was_made_for_is_told(
    requires: list[str], words: str
) -> None:
    finding = found("the-package-says-what-it-was-made-for", subject_of(requires=requires))

    assert Verdict.FAILED is finding.verdict
    assert words in finding.why


def test_without_a_simulator_what_needs_values_is_left_out() -> None:
    finding = found("values-are-what-their-metrics-declare", subject_of(simulate=None))

    assert (Verdict.LEFT_OUT, "it has no simulator") == (finding.verdict, finding.why)


def test_every_check_has_a_name_and_a_promise_of_its_own() -> None:
    assert len(BY_NAME) == len(CHECKS)
    assert len({check.promise for check in CHECKS}) == len(CHECKS)
    assert all(check.promise for check in CHECKS)
