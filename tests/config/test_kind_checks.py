"""What kinds say of all their sources together: complaints, warnings, and mistakes of their own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, Probe, fake_loader, module_of

from collector.config import Config
from collector.plugin.configured import Complaint, ConfiguredSource

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]
Check = Callable[[Sequence[ConfiguredSource]], Any]

TABLE = '[[source]]\nplugin = "{}"\nsensor = "{}"\n'
TWO = TABLE.format("probe", "a") + 'device = "x"\n' + TABLE.format("probe", "b")


def checked_by(check: Check) -> Any:
    """Return a loader whose kind ``probe`` has this check."""
    return fake_loader(probe=module_of(replace(PROBE, check=check)))


def says(*complaints: Any) -> Any:
    return checked_by(lambda sources: complaints)


def test_a_kind_sees_all_its_sources_made_and_nobody_elses(load_text: Load) -> None:
    asked: list[Sequence[ConfiguredSource]] = []
    text = TABLE.format("talker", "t") + TWO

    load_text(text, loader=checked_by(lambda sources: asked.append(sources) or ()))

    [sources] = asked
    assert [("a", "x"), ("b", "/dev/probe0")] == [
        (each.name, each.settings.device) for each in sources
    ]
    assert all(isinstance(each.source, Probe) and not each.source.is_open for each in sources)


def test_a_kind_without_sources_is_not_asked(load_text: Load) -> None:
    load_text(TABLE.format("talker", "t"), loader=checked_by(lambda sources: 1 / 0))


def test_a_complaint_has_the_place_inside_the_table(complaints_of: Complaints) -> None:
    loader = says(
        Complaint("b", "reads\nwhat a reads"),
        Complaint("a", "is claimed twice", ("device",)),
        Complaint("a", "is odd", ("registers", 3, "address")),
    )

    assert [
        "collector.toml:1:1: source[0].registers[3].address: is odd",
        "collector.toml:4:1: source[0].device: is claimed twice",
        "collector.toml:5:1: source[1]: reads what a reads",
    ] == complaints_of(TWO, loader=loader)


def test_a_warning_lets_the_configuration_load(load_text: Load) -> None:
    loader = says(Complaint("a", "is slow", ("device",), is_warning=True))

    config = load_text(TWO, loader=loader)

    [warning] = config.warnings
    assert warning.endswith("collector.toml:4:1: source[0].device: is slow")
    assert ["a", "b"] == [source.name for source in config.sources]


def test_without_a_check_there_are_no_warnings(load_text: Load) -> None:
    assert load_text(TWO).warnings == ()


@pytest.mark.parametrize("wrong", ["odd = 1\n", "timeout = 3\n", 'offset = "1h"\n'])
def test_a_kind_is_not_asked_while_one_of_its_sources_is_wrong(
    complaints_of: Complaints, wrong: str
) -> None:
    [line] = complaints_of(TWO + wrong, loader=says(Complaint("a", "never said")))

    assert "never said" not in line


def test_what_is_wrong_elsewhere_keeps_no_kind_from_being_asked(complaints_of: Complaints) -> None:
    lines = complaints_of(
        TWO + TABLE.format("talker", "t") + "odd = 1\n", loader=says(Complaint("a", "said"))
    )

    assert [True, False] == ["said" in line for line in lines]


def test_sources_that_are_broken_are_left_out(load_text: Load) -> None:
    asked: list[str] = []

    def create(settings: Any, context: Any) -> Probe:
        if context.name == "a":
            raise KeyError("odd")
        return Probe(settings, context)

    def check(sources: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
        asked.extend(each.name for each in sources)
        return ()

    kind = replace(PROBE, create=create, check=check)
    load_text(TWO, loader=fake_loader(probe=module_of(kind)))
    silent = replace(TALKER, check=check)
    loader = fake_loader(talker=module_of(silent))
    load_text(TABLE.format("talker", "t"), loader=loader, simulate=True)

    assert ["b"] == asked


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda sources: 1 / 0, "ZeroDivisionError"),
        (lambda sources: (1 / 0 for _ in sources), "ZeroDivisionError"),
        (lambda sources: ["odd"], "TypeError: gave a str where a Complaint is due"),
        (lambda sources: [Complaint("z", "odd")], "ValueError: complains about 'z', which is no"),
        (lambda sources: [Complaint("a", "odd", (None,))], "TypeError: a Complaint holds strings"),  # type: ignore[arg-type]
        (lambda sources: None, "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_a_check_that_fails_is_a_complaint_that_names_the_plugin(
    complaints_of: Complaints, check: Check, words: str
) -> None:
    [line] = complaints_of(TWO, loader=checked_by(check))

    assert line.startswith(
        "collector.toml:2:1: source[0].plugin: plugin 'probe' is broken: check() failed"
    )
    assert words in line


def test_a_secret_shows_in_no_warning(load_text: Load) -> None:
    def check(sources: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
        return [Complaint("s", f"{sources[0].settings.device} is short", is_warning=True)]

    text = TABLE.format("probe", "s") + 'device = "${SECRET}"\n'
    config = load_text(text, environ={"SECRET": "hunter2"}, loader=checked_by(check))

    [warning] = config.warnings
    assert warning.endswith(": source[0]: ${SECRET} is short")
