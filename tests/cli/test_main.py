import argparse
import io
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from collector import __version__, cli
from collector.cli import Command, main
from collector.errors import (
    AgentError,
    AgentUnreachableError,
    ConfigError,
    IdentityError,
    SourceError,
    StateError,
    UsageError,
)

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[argparse.Namespace]]:
    """Put a command ``odd`` with an option ``--number`` in place that runs this function."""

    def install(function: Callable[[], int]) -> list[argparse.Namespace]:
        seen: list[argparse.Namespace] = []
        module = types.ModuleType("odd_command")

        def configure(parser: argparse.ArgumentParser) -> None:
            parser.add_argument("--number", type=int)

        def run(arguments: argparse.Namespace) -> int:
            seen.append(arguments)
            return function()

        vars(module).update(configure=configure, run=run)
        monkeypatch.setitem(sys.modules, "odd_command", module)
        commands = (Command("odd", "does odd things", "odd_command"), *cli.COMMANDS)
        monkeypatch.setattr(cli, "COMMANDS", commands)
        return seen

    return install


def raising(error: BaseException) -> Callable[[], int]:
    def function() -> int:
        raise error

    return function


def test_a_command_gets_its_arguments_and_gives_the_exit_code(command: Any) -> None:
    seen = command(lambda: 5)

    code = main(["odd", "--number", "7"])

    assert code == 5
    assert [7] == [arguments.number for arguments in seen]


def test_ctrl_c_ends_the_process_while_it_imports_and_interrupts_a_command(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[Any] = []

    def note() -> int:
        handlers.append(signal.getsignal(signal.SIGINT))
        return 0

    command(note)
    find = cli._module
    monkeypatch.setattr(cli, "_module", lambda name: (note(), find(name))[1])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main(["odd"])
    finally:
        signal.signal(signal.SIGINT, before)

    assert [signal.SIG_DFL, signal.default_int_handler] == handlers


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], "collector: which command?\ncollector: try 'collector --help'\n"),
        (["rnu"], "collector: there is no command 'rnu'; did you mean 'run'?\n"),
        (["xyzzy"], "collector: there is no command 'xyzzy'\n"),
        (["odd", "--nubmer", "1"], "collector: unrecognized arguments: --nubmer 1\n"),
        (["odd", "--numb", "1"], "collector: unrecognized arguments: --numb 1\n"),
        (["odd", "--number", "x"], "collector: argument --number: invalid int value: 'x'\n"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_a_hint(
    command: Any, capsys: Capture, argv: list[str], expected: str
) -> None:
    command(lambda: 0)

    code = main(argv)

    error = capsys.readouterr().err
    assert code == 64
    assert error.startswith(expected)
    assert 2 == len(error.splitlines())
    assert "--help'" in error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StateError("port 1 is taken"), 73, "collector: port 1 is taken\n"),
        (AgentUnreachableError("refused"), 69, "collector: refused\n"),
        (AgentError(9, "Odd", "no"), 1, "collector: the agent refused with error 9 Odd: no\n"),
        (SourceError("gone"), 1, "collector: gone\n"),
        (IdentityError("no key"), 78, "collector: no key\n"),
        (
            ConfigError("a.toml:1:1: x: bad", "a.toml:2:1: y"),
            78,
            "a.toml:1:1: x: bad\na.toml:2:1: y\n",
        ),
        (UsageError("not both"), 64, "collector: not both\n"),
    ],
)
def test_an_error_is_its_text_and_its_exit_code(
    command: Any, capsys: Capture, error: Exception, code: int, said: str
) -> None:
    command(raising(error))

    assert code == main(["odd"])
    assert said == capsys.readouterr().err


def test_an_unexpected_error_is_one_line_that_says_where_to_look(
    command: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLLECTOR_DEBUG", raising=False)
    command(raising(ZeroDivisionError("by\nzero")))

    assert main(["odd"]) == 70
    assert capsys.readouterr().err == (
        "collector: internal error: ZeroDivisionError: by zero; COLLECTOR_DEBUG=1 shows where\n"
    )


def test_debugging_shows_the_traceback(
    command: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTOR_DEBUG", "1")
    command(raising(ZeroDivisionError("by zero")))

    assert main(["odd"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_quiet(command: Any, capsys: Capture) -> None:
    command(raising(KeyboardInterrupt()))

    assert main(["odd"]) == 130
    assert capsys.readouterr().err == ""


def test_the_version_is_printed(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert f"collector {__version__}\n" == capsys.readouterr().out


def test_help_names_every_command(capsys: Capture) -> None:
    assert main(["--help"]) == 0

    output = capsys.readouterr().out
    assert all(f"    {each.name}" in output for each in cli.COMMANDS)
    assert [
        "run",
        "discover",
        "check",
        "explain",
        "test",
        "record",
        "status",
        "reload",
        "top",
        "doctor",
        "systemd-unit",
        "provision",
        "agent",
        "plugins",
        "client",
        "sensor",
        "metric",
    ] == [each.name for each in cli.COMMANDS]


def test_help_tells_that_plugins_bring_commands_of_their_own(capsys: Capture) -> None:
    assert main(["--help"]) == 0

    assert "collector plugins list --check" in " ".join(capsys.readouterr().out.split())


def test_the_help_of_a_command_shows_its_options(command: Any, capsys: Capture) -> None:
    command(lambda: 0)

    assert main(["odd", "--help"]) == 0
    assert "--number" in capsys.readouterr().out


def collector(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, **options
    )


def test_help_imports_nothing_heavy() -> None:
    heavy = ("pydantic", "pluggy", "rich", "cryptography", "paho", "importlib.metadata", "inspect")

    done = collector(
        "import sys; from collector.cli import main; main(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )

    assert done.stderr == "[]\n"


def test_checking_a_configuration_imports_neither_rich_nor_the_agent(write: Any) -> None:
    heavy = ("rich", "cryptography", "paho", "collector.agent", "collector.testkit")

    done = collector(
        "import sys; from collector.cli import main;"
        f"main(['check', '--config', {write('')!r}]);"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    assert done.stdout.endswith("\n[]\n")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_what_a_terminal_cannot_show_is_escaped(
    command: Any, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding))
    command(lambda: print("\ud800 \u2126") or 0)  # half a character, and an ohm

    code = main(["odd"])

    assert 0 == code
    assert shown.getvalue().startswith(rb"\ud800 ")


@pytest.mark.parametrize(
    "argv",
    [
        ["sensor", "create", "a\udcff"],
        ["sensor", "rename", "a", "a\udcff"],
        ["metric", "create", "a", "a\udcff"],
        ["metric", "create", "a", "a", "--annotation", "a\udcff"],
        ["metric", "update", "a", "a", "--name", "a\udcff"],
        ["client", "rename", "a\udcff"],
    ],
)
def test_words_that_no_message_can_hold_are_a_wrong_command_line(
    argv: list[str], capsys: Capture
) -> None:
    code = main(argv)

    assert 64 == code
    assert "must be text in UTF-8" in capsys.readouterr().err


def test_a_reader_who_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "collector", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_a_command_whose_reader_leaves_ends_quietly(tmp_path: Any) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "collector", "plugins", "schema"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    os.close(writing)

    assert done.stderr == ""
    assert done.returncode == 141


def test_a_journal_is_only_written_by_an_agent_of_our_own(tmp_path, capsys):
    file = tmp_path / "collector.toml"
    file.write_text('[[source]]\nplugin = "system"\nsensor = "a"\n')

    assert 64 == main(["run", "--config", str(file), "--journal", str(tmp_path / "journal")])
    assert "give --embedded-agent or --simulate" in capsys.readouterr().err
