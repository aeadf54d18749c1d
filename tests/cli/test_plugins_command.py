import json
from collections.abc import Callable
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, module_of

from collector.cli import main
from collector.config.schema import schema
from collector.plugin.command import PluginCommand

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("_fake_plugins")


def test_the_list_shows_what_is_installed_without_importing_it(capsys: Capture) -> None:
    assert main(["plugins", "list"]) == 0
    assert [
        "KIND    PACKAGE  VERSION  STATE",
        "broken  fake     1.2      not imported",
        "probe   fake     1.2      not imported",
        "talker  fake     1.2      not imported",
    ] == capsys.readouterr().out.splitlines()


def test_the_list_can_import_each_and_say_what_is_broken(capsys: Capture) -> None:
    assert main(["plugins", "list", "--check"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("  COMMAND")
    assert lines[1].endswith(": ImportError: no bits")
    assert lines[2].split() == ["probe", "fake", "1.2", "ok"]


def test_the_checked_list_shows_which_commands_plugins_bring(
    install: Callable[..., None], capsys: Capture
) -> None:
    command = PluginCommand("finds probes", lambda parser, context: None, lambda *_: 0)
    install(probe=module_of(PROBE, command=lambda: command), talker=module_of(TALKER))

    assert main(["plugins", "list", "--check"]) == 0
    _, probe, talker = capsys.readouterr().out.splitlines()
    assert main(["plugins", "list", "--check", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)

    assert probe.endswith("ok     finds probes")
    assert talker.endswith("ok")
    assert ["finds probes", None] == [row["command"] for row in listed]


def test_a_hook_of_a_command_that_fails_makes_the_plugin_a_broken_one(
    install: Callable[..., None], capsys: Capture
) -> None:
    install(probe=module_of(PROBE, command=lambda: 1 / 0))

    assert main(["plugins", "list", "--check"]) == 1
    assert "collector_command() failed" in capsys.readouterr().out


def test_programs_get_the_list_as_json(capsys: Capture) -> None:
    assert main(["plugins", "list", "--json"]) == 0

    listed = json.loads(capsys.readouterr().out)
    assert {
        "name": "broken",
        "distribution": "fake",
        "version": "1.2",
        "value": "broken_package.plugin",
        "state": "not imported",
    } == listed[0]


def test_an_example_is_printed_as_the_plugin_gives_it(capsys: Capture) -> None:
    assert main(["plugins", "example", "probe"]) == 0
    assert PROBE.example == capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("talker", "plugin 'talker' comes without an example\n"),
        ("prob", "plugin 'prob' is not installed; did you mean 'probe'? "),
    ],
)
def test_an_example_that_there_is_not_is_refused(capsys: Capture, name: str, said: str) -> None:
    assert main(["plugins", "example", name]) == 78
    assert capsys.readouterr().err.startswith(said)


def test_an_action_is_needed(capsys: Capture) -> None:
    assert main(["plugins"]) == 64
    assert "ACTION" in capsys.readouterr().err


def test_the_schema_describes_tables_and_every_kind_that_works(capsys: Capture) -> None:
    assert main(["plugins", "schema"]) == 0

    printed = json.loads(capsys.readouterr().out)
    sources = printed["properties"]["source"]["items"]["oneOf"]
    assert ["probe", "talker"] == [source["properties"]["plugin"]["const"] for source in sources]
    assert not printed["additionalProperties"]
    assert ["auto", "never"] == printed["properties"]["agent"]["properties"]["provision"]["enum"]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [each for item in value.values() for each in references(item)]
    if isinstance(value, list):
        return [each for item in value for each in references(item)]
    return []


def test_the_schema_of_a_kind_has_the_common_keys_and_its_own() -> None:
    described = schema([PROBE])
    [source] = described["properties"]["source"]["items"]["oneOf"]

    assert {"plugin", "sensor", "interval", "device", "registers"} <= source["properties"].keys()
    assert ["plugin", "sensor"] == source["required"]
    assert "10s" == source["properties"]["interval"]["default"]
    assert ["#/$defs/probe.Register"] == references(described)
    assert described["$defs"]["probe.Register"]["required"] == ["address"]


def test_without_kinds_the_schema_still_describes_the_tables() -> None:
    assert schema([])["properties"]["source"]["items"] == {}


def test_a_kind_is_held_to_the_contract_and_its_failures_are_told(capsys: Capture) -> None:
    assert main(["plugins", "check", "talker"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert ["PROMISE", "OUTCOME"] == lines[0].split()
    assert any(line.endswith("failed: SourceKind.example is empty: give it a commented [[source]]")
               for line in lines)  # fmt: skip


def test_programs_get_the_findings_as_json(capsys: Capture) -> None:
    assert main(["plugins", "check", "talker", "--json"]) == 1

    first = json.loads(capsys.readouterr().out)[0]
    assert {
        "check": "the-name-can-be-written",
        "promise": "The kind's name is lower-case letters, digits and dashes",
        "verdict": "ok",
        "why": "",
    } == first


def test_a_kind_that_is_not_installed_cannot_be_checked(capsys: Capture) -> None:
    assert main(["plugins", "check", "prob"]) == 78
    assert "did you mean 'probe'?" in capsys.readouterr().err
