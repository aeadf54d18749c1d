"""`collector discover` where something hangs, is interrupted, is refused or is there already."""

import errno
import os
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_plugins import PROBE as PROBE_KIND
from fake_plugins import TALKER, module_of

from collector.cli import discover, main
from collector.errors import SourceUnavailableError
from collector.plugin.configured import Complaint
from collector.plugin.discovery import Discovery, Finding

TABLE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ninterval = "10s"\n'
PROBE = Finding(title="a probe", toml=TABLE.format("probe"))


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("collector.cli.discover.serial_nodes", lambda: ["/dev/ttyA"])


@pytest.fixture
def look(install):
    """Install the kind ``probe``, which looks like this and is like that, and others."""

    def install_it(function, others=(), **features):
        kind = replace(PROBE_KIND, discovery=Discovery(look=function), **features)
        install(probe=module_of(kind), **dict(others))

    return install_it


def sensors_in(file):
    return [source["sensor"] for source in tomllib.loads(Path(file).read_text()).get("source", [])]


def test_a_port_that_hangs_when_it_is_opened_costs_no_other(look, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(discover, "LONGEST_SILENCE_S", 0.2)
    os.mkfifo(tmp_path / "hanging")
    (tmp_path / "sound").touch()

    def opened(context) -> Iterator[Finding]:
        for port in context.ports:
            try:
                with Path(port).open():
                    yield PROBE
            except SourceUnavailableError as error:
                context.say(f"{port}: {error}")

    look(opened)

    assert main(["discover", "--ports", "hanging", "sound"]) == 0
    assert ["probe"] == sensors_in("discovered.toml")
    assert "probe: hanging: nothing came of it within 0.2 s\n" in capsys.readouterr().err


def test_a_kind_that_hangs_for_ever_costs_no_other(look, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(discover, "LONGEST_SILENCE_S", 0.2)
    os.mkfifo(tmp_path / "hanging")
    talker = Finding(title="t", toml='[[source]]\nplugin = "talker"\nsensor = "talker"\n')
    other = replace(TALKER, discovery=Discovery(look=lambda _: [talker]))
    look(lambda _: Path("hanging").read_text(), {"talker": module_of(other)})

    assert main(["discover"]) == 0
    assert ["talker"] == sensors_in("discovered.toml")
    assert "probe: nothing came of it within 0.2 s\n" in capsys.readouterr().err


def test_whoever_is_slow_and_says_so_may_be_slow(look, monkeypatch):
    monkeypatch.setattr(discover, "LONGEST_SILENCE_S", 0.3)

    def slow(context) -> Iterator[Finding]:
        with context.progress("slowly", 8) as bar:
            for _ in range(8):
                signal.sigtimedwait([signal.SIGUSR1], 0.1)
                bar.advance()
        yield PROBE

    look(slow)

    assert main(["discover"]) == 0


def test_what_is_interrupted_once_while_it_is_checked_is_written(look, capsys):
    def interrupted(_):
        signal.raise_signal(signal.SIGINT)
        return ()

    look(lambda _: [PROBE], check=interrupted)

    assert main(["discover"]) == 0
    assert ["probe"] == sensors_in("discovered.toml")
    assert "once more leaves it" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_interrupted_twice_while_it_is_checked_is_not_written(
    look, tmp_path, capsys, number
):
    def interrupted(_):
        signal.raise_signal(number)
        while signal.getsignal(number) is not signal.default_int_handler:
            signal.sigtimedwait([signal.SIGUSR1], 0.01)
        signal.raise_signal(number)

    look(lambda _: [PROBE], check=interrupted)

    assert main(["discover"]) == 130
    assert [] == list(tmp_path.iterdir())
    assert capsys.readouterr().err.endswith("interrupted; nothing is written\n")


def test_a_file_is_overwritten_with_the_word_for_it_alone(look, tmp_path, capsys):
    look(lambda _: [PROBE])
    (tmp_path / "site.toml").write_text("mine")
    (tmp_path / "link.toml").symlink_to("nowhere")

    assert main(["discover", "--output", "link.toml"]) == 64
    assert main(["discover", "--output", "site.toml"]) == 64
    assert "--force to overwrite it" in capsys.readouterr().err
    assert main(["discover", "--output", "site.toml", "--force"]) == 0
    assert ["probe"] == sensors_in("site.toml")


def test_a_file_that_came_meanwhile_is_not_overwritten(look, tmp_path, capsys):
    def look_long(_) -> Iterator[Finding]:
        yield PROBE
        (tmp_path / "discovered.toml").write_text("mine")

    look(look_long)

    assert main(["discover"]) == 64
    assert "mine" == (tmp_path / "discovered.toml").read_text()
    assert "a probe" in capsys.readouterr().out
    assert ["discovered.toml"] == [each.name for each in tmp_path.iterdir()]


def test_it_is_written_where_files_cannot_be_linked(look, monkeypatch):
    def refused(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    look(lambda _: [PROBE])

    assert main(["discover"]) == 0
    assert ["probe"] == sensors_in("discovered.toml")


@pytest.mark.parametrize("output", ["missing/site.toml", "."])
def test_nothing_is_looked_at_for_what_can_never_be_written(look, output, capsys):
    looked = []
    look(lambda _: looked.append(1) or [])

    assert main(["discover", "--output", output]) == 64
    assert [] == looked
    assert "--output: " in capsys.readouterr().err


def test_a_port_may_be_asked_under_each_of_its_names(look, tmp_path):
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to("ttyUSB0")
    answers = []
    look(lambda context: answers.extend(context.may_ask(p, "a ping") for p in context.ports) or [])
    port, steady = str(tmp_path / "ttyUSB0"), str(tmp_path / "by-id")

    main(["discover", "--output", "-", "--ports", steady, "--ask-probe", port])

    assert [True] == answers


def test_each_port_is_looked_at_once_in_the_order_given(look, tmp_path):
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to("ttyUSB0")
    seen = []
    look(lambda context: seen.extend(context.ports) or [])

    main(
        ["discover", "--output", "-", "--ports", "./by-id", "/dev/ttyB", str(tmp_path / "ttyUSB0")]
    )

    assert ["./by-id", "/dev/ttyB"] == seen


def test_places_to_ask_at_are_told_and_ports_among_them_are_looked_at(look):
    seen = []
    look(lambda context: seen.extend([context.places, context.ports]) or [])

    main(["discover", "--output", "-", "--ask-probe", "meter:502", "--ask-probe", "/dev/ttyB"])

    assert [["meter:502", "/dev/ttyB"], ["/dev/ttyA", "/dev/ttyB"]] == seen


def test_a_place_where_something_talks_is_not_asked_under_another_name(look, tmp_path):
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to("ttyUSB0")
    answers = []

    def found(context) -> Iterator[Finding]:
        yield Finding(title="talks", place=str(tmp_path / "ttyUSB0"))
        answers.append(context.may_ask(str(tmp_path / "by-id"), "a ping"))

    look(found)
    main(["discover", "--output", "-", "--ask-probe", str(tmp_path / "by-id")])

    assert [False] == answers


def test_a_hundred_complaints_one_after_the_other_take_few_checks(look):
    checks = []

    def too_many(configured):
        checks.append(len(configured))
        if len(configured) > 100:
            yield Complaint(configured[0].name, f"{len(configured)} are too many")

    look(lambda _: [PROBE] * 247, check=too_many)

    assert main(["discover"]) == 0
    assert len(checks) < 15
    assert 0 < len(sensors_in("discovered.toml")) <= 100
    assert main(["check", "--config", "discovered.toml"]) == 0


def test_what_is_refused_for_no_single_finding_costs_the_last_ones(look, monkeypatch, tmp_path):
    def refused(config, _):
        return ["far too much"] if len(config.sources) > 1 else []

    monkeypatch.setattr("collector.cli.check.problems", refused)
    look(lambda _: [PROBE] * 3)

    assert main(["discover"]) == 0
    assert ["probe"] == sensors_in("discovered.toml")
    text = (tmp_path / "discovered.toml").read_text()
    assert 2 == text.count("# Left out: ")
    assert "far too much" in text


def test_what_is_refused_with_nothing_in_it_is_printed_and_not_written(
    look, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr("collector.cli.check.problems", lambda *_: ["not on this machine"])
    look(lambda _: [PROBE])

    assert main(["discover"]) == 78
    assert [] == list(tmp_path.iterdir())
    assert "# a probe" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sensor", "given"),
    [
        *((r"back\\slash", "back-slash"), ('quo\\"te', "quo-te"), ("ti,ads1015", "ti-ads1015")),
        *(("a" * 40, "a" * 32), ("", "probe-2"), ("list", "list-2")),
    ],
)
def test_a_sensor_that_can_be_none_gets_another_name(look, sensor, given):
    look(lambda _: [PROBE, Finding(title="odd", toml=TABLE.format(sensor))])

    assert main(["discover"]) == 0
    assert ["probe", given] == sensors_in("discovered.toml")
