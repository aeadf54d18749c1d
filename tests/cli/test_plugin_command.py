"""Commands that plugins bring: found, guarded, and lent what other commands have."""

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, module_of

from collector.cli import main
from collector.errors import ConfigError, SourceUnavailableError, UsageError
from collector.plugin.command import CommandContext, PluginCommand

Capture = pytest.CaptureFixture[str]
Run = Callable[[argparse.Namespace, CommandContext], Any]

TABLE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ndevice = "/dev/{}"\ninterval = "5s"\n'


@pytest.fixture
def brought(install: Callable[..., None]) -> Callable[..., None]:
    """Let the plugin ``probe`` bring a command that runs this function."""

    def bring(run: Run, configure: Any = lambda parser, context: None, **more: Any) -> None:
        command = PluginCommand("finds 100% of probes", configure, run)
        install(probe=module_of(PROBE, command=lambda: command), talker=module_of(TALKER), **more)

    return bring


class OnTerminal(io.StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


def raising(error: BaseException) -> Run:
    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        context.print("so far")
        raise error

    return run


# -- how it is found ----------------------------------------------------------------------------


def test_it_gets_its_arguments_and_gives_the_exit_code(brought: Any) -> None:
    seen = []
    brought(
        lambda arguments, context: seen.append(arguments.first) or 3,
        lambda parser, context: parser.add_argument("--first", type=int),
    )

    assert main(["probe", "--first", "7"]) == 3
    assert [7] == seen


def test_it_may_have_commands_of_its_own(brought: Any) -> None:
    def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("scan").add_argument("bus")

    brought(lambda arguments, context: int(arguments.bus == "1"), configure)

    assert main(["probe", "scan", "1"]) == 1
    assert main(["probe", "scna", "1"]) == 64


def test_its_help_shows_its_summary_and_options(brought: Any, capsys: Capture) -> None:
    brought(lambda *_: 0, lambda parser, context: context.add_config(parser))

    assert main(["probe", "--help"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("usage: collector probe [-h] [--config FILE] [--simulate]")
    assert "finds 100% of probes" in shown


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("talker", "plugin 'talker' brings no command\n"),
        ("prode", "there is no command 'prode'; did you mean 'probe'?\n"),
        ("chekc", "there is no command 'chekc'; did you mean 'check'?\n"),
        ("xyzzy", "there is no command 'xyzzy'\n"),
    ],
)
def test_a_command_that_nobody_brings_is_a_wrong_command_line(
    brought: Any, capsys: Capture, word: str, said: str
) -> None:
    brought(lambda *_: 0)

    assert main([word]) == 64
    assert capsys.readouterr().err.startswith(f"collector: {said}")


def test_the_collectors_own_command_wins_over_a_plugin_of_its_name(
    brought: Any, capsys: Capture
) -> None:
    brought(lambda *_: 0, status=AssertionError("imported"))

    assert main(["status", "--help"]) == 0
    assert "ask the running collector how it does" in capsys.readouterr().out


def test_no_other_plugin_is_imported_for_it(brought: Any) -> None:
    brought(lambda *_: 5, other=AssertionError("imported"))

    assert main(["probe"]) == 5


def test_a_package_that_is_broken_leaves_with_78(install: Any, capsys: Capture) -> None:
    install(probe=ImportError("no bits"))

    assert main(["probe"]) == 78
    assert "plugin 'probe' from fake 1.2 is broken: importing" in capsys.readouterr().err


# -- what goes wrong in it ----------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3), BrokenPipeError("device")])
def test_a_mistake_in_it_is_one_line_with_the_plugin_and_the_place(
    brought: Any, capsys: Capture, error: BaseException
) -> None:
    brought(raising(error))

    assert main(["probe"]) == 70

    out, err = capsys.readouterr()
    assert out == "so far\n"
    assert err.startswith("collector: plugin 'probe' (fake 1.2): run() failed at test_plugin_comm")
    assert f"{type(error).__name__}: " in err
    assert 1 == len(err.splitlines())


def test_debugging_shows_where_a_mistake_is(
    brought: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTOR_DEBUG", "1")
    brought(raising(KeyError("x")))

    assert main(["probe"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_mistake_in_its_options_names_the_plugin_too(brought: Any, capsys: Capture) -> None:
    brought(lambda *_: 0, lambda parser, context: parser.add_nonsense())

    assert main(["probe"]) == 70
    assert "plugin 'probe' (fake 1.2): configure() failed at" in capsys.readouterr().err


def test_an_exit_code_that_is_none_is_a_mistake(brought: Any, capsys: Capture) -> None:
    brought(lambda *_: None)

    assert main(["probe"]) == 70
    assert "it returned a NoneType, not an exit code" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("no such bus", "give --bus"), 64, "collector: no such bus\ncollector: give --"),
        (SourceUnavailableError("nobody answers"), 1, "collector: nobody answers\n"),
        (ConfigError("a.toml:1:1: odd"), 78, "a.toml:1:1: odd\n"),
    ],
)
def test_what_it_raises_on_purpose_is_its_text_and_its_exit_code(
    brought: Any, capsys: Capture, error: Exception, code: int, said: str
) -> None:
    brought(raising(error))

    assert code == main(["probe"])
    assert capsys.readouterr().err.startswith(said)


def test_an_interrupt_is_quiet_and_keeps_what_was_printed(brought: Any, capsys: Capture) -> None:
    brought(raising(KeyboardInterrupt()))

    assert main(["probe"]) == 130
    assert ("so far\n", "") == capsys.readouterr()


def test_a_reader_who_leaves_ends_it_quietly(
    brought: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Left(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Left())
    brought(lambda arguments, context: context.print("hello") or 0)

    assert main(["probe"]) == 141
    assert capsys.readouterr().err == ""


# -- what it is lent ----------------------------------------------------------------------------


def with_config(run: Run) -> tuple[Run, Any]:
    return run, lambda parser, context: context.add_config(parser)


def test_it_sees_its_own_sources_made_and_not_opened(brought: Any, write: Any) -> None:
    found: list[Any] = []
    brought(*with_config(lambda arguments, context: found.extend(context.sources(arguments)) or 0))
    talker = '[[source]]\nplugin = "talker"\nsensor = "t"\n'

    assert main(["probe", "--config", write(TABLE.format("a", "x") + talker)]) == 0

    [source] = found
    assert ("a", "a", 5.0, 5.0) == (
        source.name,
        source.sensor,
        source.interval_s,
        source.timeout_s,
    )
    assert source.settings is source.source.settings
    assert source.settings.device == "/dev/x"
    assert not source.source.is_open


def test_a_wrong_configuration_is_complained_about_as_ever(
    brought: Any, write: Any, capsys: Capture
) -> None:
    brought(*with_config(lambda arguments, context: len(context.sources(arguments))))
    file = write(TABLE.format("a", "x") + "odd = 1\n")

    assert main(["probe", "--config", file]) == 78
    assert capsys.readouterr().err.startswith(f"{file}:8:1: source[0].odd: unknown key")


def test_a_source_can_be_simulated_and_its_device_ends_with_it(
    brought: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []

    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        [source] = context.sources(arguments)
        with context.simulated(source) as simulated:
            simulated.source.open()
            done.append((simulated.name, simulated.settings.device, arguments.simulate))
            kept = simulated.source
        done.append(kept.is_open)  # type: ignore[attr-defined]
        return 0

    simulator = PROBE.simulate
    assert simulator is not None
    monkeypatch.setattr(simulator, "stop", lambda self: done.append("stopped"))
    brought(*with_config(run))

    assert main(["probe", "--config", write(TABLE.format("a", "x")), "--simulate"]) == 0
    assert [("a", "simulated", True), "stopped", False] == done


def test_a_kind_without_a_simulator_says_so(install: Any, write: Any, capsys: Capture) -> None:
    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        [source] = context.sources(arguments)
        with contextlib.ExitStack() as stack:
            stack.enter_context(context.simulated(source))
        return 0

    command = PluginCommand("talks", with_config(run)[1], run)
    install(talker=module_of(TALKER, command=lambda: command))
    file = write('[[source]]\nplugin = "talker"\nsensor = "t"\n')

    assert main(["talker", "--config", file]) == 78
    assert main(["talker", "--config", file, "--simulate"]) == 78
    assert [
        "plugin 'talker' has no simulator",
        f"{file}:3:1: plugin 'talker' has no simulator: left out by --simulate",
    ] == capsys.readouterr().err.splitlines()


def test_it_prints_as_other_commands_do(brought: Any, capsys: Capture) -> None:
    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        context.table(("UNIT", "ANSWER"), [("1", "ok"), ("17", "")])
        context.json({"found": ["ä"]})
        context.print()
        return 0

    brought(run)

    assert main(["probe"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("UNIT  ANSWER\n1     ok\n17\n")
    assert {"found": ["ä"]} == json.loads(out.partition("17\n")[2])


def test_a_bar_shows_on_a_terminal_and_leaves_the_output_alone(
    brought: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = OnTerminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")

    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        with context.progress("scanning [bus]", 2) as bar:
            bar.advance(note="unit [1]")
            context.print("found")
            bar.advance()
        return 0

    brought(run)

    assert main(["probe"]) == 0
    assert "scanning [bus]" in screen.getvalue()
    assert "unit [1]" in screen.getvalue()
    assert capsys.readouterr().out == "found\n"


def test_without_a_terminal_there_is_no_bar(brought: Any, capsys: Capture) -> None:
    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        with context.progress("scanning", 2) as bar:
            bar.advance(note="unit 1")
        return 0

    brought(run)

    assert main(["probe"]) == 0
    assert ("", "") == capsys.readouterr()


def asking(answers: list[str]) -> Run:
    def run(arguments: argparse.Namespace, context: CommandContext) -> int:
        answers.append(context.ask("write it? [y/N]", instead="--yes"))
        return 0

    return run


def test_a_person_at_the_terminal_is_asked(
    brought: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[str] = []
    monkeypatch.setattr(sys, "stdin", OnTerminal(" y\n"))
    brought(asking(answers))

    assert main(["probe"]) == 0
    assert ["y"] == answers
    assert ("", "write it? [y/N] ") == capsys.readouterr()


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (io.StringIO("y\n"), "nobody can be asked 'write it? [y/N]' here"),
        (OnTerminal(""), "'write it? [y/N]' got no answer"),
    ],
)
def test_where_nobody_answers_the_option_to_give_is_named(
    brought: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch, stream: Any, said: str
) -> None:
    monkeypatch.setattr(sys, "stdin", stream)
    brought(asking([]))

    assert main(["probe"]) == 64
    assert capsys.readouterr().err.endswith(f"collector: {said}\ncollector: give --yes\n")


def test_the_clock_is_the_machines(brought: Any) -> None:
    brought(lambda arguments, context: int(context.clock.wall_ms() > 0))

    assert main(["probe"]) == 1
