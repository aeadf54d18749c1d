import signal
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fake_plugins import PROBE as PROBE_KIND
from fake_plugins import TALKER, module_of

from collector.cli import main
from collector.errors import SourceUnavailableError
from collector.plugin.discovery import Discovery, Finding

TABLE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ninterval = "10s"\n'
PROBE = Finding(title="a probe", toml=TABLE.format("probe"))


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("collector.cli.discover.serial_nodes", lambda: ["/dev/ttyA", "/dev/ttyB"])


@pytest.fixture
def look(install):
    """Install the kind ``probe``, which looks like this, and others."""

    def install_it(function, *, asks=False, **others):
        kind = replace(PROBE_KIND, discovery=Discovery(look=function, asks=asks))
        install(probe=module_of(kind), **others)

    return install_it


def sensors_of(text):
    return [source["sensor"] for source in tomllib.loads(text).get("source", [])]


def test_what_is_found_is_written_with_comments(look, tmp_path, capsys):
    look(lambda _: [PROBE, Finding(title="a riddle", toml="# [[source]]\n# plugin = ?\n")])

    code = main(["discover"])

    text = (tmp_path / "discovered.toml").read_text()
    assert code == 0
    assert "# a probe\n[[source]]\n" in text
    assert "# a riddle\n# [[source]]\n" in text
    assert ["probe"] == sensors_of(text)
    output = capsys.readouterr()
    assert output.out == ""
    assert [
        "probe: found a probe",
        "probe: found a riddle",
        "written to discovered.toml",
        "2 found, 1 of them as sources",
    ] == output.err.splitlines()


def test_what_is_written_is_accepted(look):
    look(lambda _: [PROBE])

    assert main(["discover", "--output", "site.toml"]) == 0
    assert main(["check", "--config", "site.toml"]) == 0


def test_an_existing_file_is_never_overwritten(look, tmp_path, capsys):
    looked = []
    look(lambda _: looked)
    (tmp_path / "site.toml").write_text("mine")

    assert main(["discover", "--output", "site.toml"]) == 64
    assert "site.toml exists already" in capsys.readouterr().err
    assert (tmp_path / "site.toml").read_text() == "mine"


def test_a_dash_prints_it(look, tmp_path, capsys):
    look(lambda _: [PROBE])

    assert main(["discover", "--output", "-"]) == 0
    assert ["probe"] == sensors_of(capsys.readouterr().out)
    assert [] == list(tmp_path.iterdir())


def test_sensors_of_one_name_get_others(look, capsys):
    long = "p" * 32
    look(lambda _: [PROBE, PROBE, *[Finding(title="x", toml=TABLE.format(long))] * 2])

    main(["discover", "--output", "-"])

    assert ["probe", "probe-2", long, "p" * 30 + "-2"] == sensors_of(capsys.readouterr().out)


def test_what_a_check_refuses_is_left_out_with_its_reason(look, capsys):
    wrong = TABLE.format("b") + 'device = "nowhere"\n'
    look(lambda _: [PROBE, Finding(title="lost", toml=wrong), PROBE])

    code = main(["discover", "--output", "-"])

    output = capsys.readouterr()
    assert code == 0
    assert ["probe", "probe-2"] == sensors_of(output.out)
    assert "# lost\n# Left out: source[1]: device must not be nowhere\n# [[source]]\n" in output.out
    assert output.err.endswith("3 found, 2 of them as sources\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_keeps_what_was_found_so_far(look, tmp_path, capsys, number):
    def interrupted(_: object) -> Iterator[Finding]:
        yield PROBE
        signal.raise_signal(number)

    look(interrupted)

    assert main(["discover"]) == 130
    assert ["probe"] == sensors_of((tmp_path / "discovered.toml").read_text())
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (SourceUnavailableError("no bus"), "probe: no bus"),
        (RuntimeError("boom"), "probe: discovery failed"),
    ],
)
def test_a_kind_in_trouble_costs_no_other(look, capsys, trouble, words):
    def fails(_: object) -> Iterator[Finding]:
        yield PROBE
        raise trouble

    talker = Finding(title="t", toml='[[source]]\nplugin = "talker"\nsensor = "talker"\n')
    other = replace(TALKER, discovery=Discovery(look=lambda _: [talker]))
    look(fails, talker=module_of(other), broken=ImportError("no bits"))

    assert main(["discover", "--output", "-"]) == 0
    output = capsys.readouterr()
    assert ["probe", "talker"] == sensors_of(output.out)
    assert words in output.err
    assert "broken: from" in output.err


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ("a probe", "TypeError: gave a str where a Finding is due"),
        (Finding(title="x", toml=TABLE.replace("probe", "other")), 'needs plugin = "probe"'),
        (Finding(title="x", toml="[agent]\nport = 1\n"), "one [[source]] and nothing else"),
        (Finding(title="x", toml="nonsense"), "TOMLDecodeError"),
    ],
)
def test_a_finding_that_is_none_is_a_fault_of_the_plugin(look, capsys, finding, words):
    look(lambda _: [finding])

    assert main(["discover", "--output", "-"]) == 1
    assert words in capsys.readouterr().err


def test_what_devices_say_of_themselves_cannot_break_the_file(look, capsys):
    look(lambda _: [Finding(title='evil\n[agent]\rx\x00\x1b[2J"""', toml=PROBE.toml)])

    assert main(["discover", "--output", "-"]) == 0
    output = capsys.readouterr()
    assert '# evil [agent] x??[2J"""\n' in output.out
    assert "\x1b" not in output.err


def test_nothing_is_asked_unless_it_is_allowed(look, capsys):
    answers = []
    look(lambda context: answers.extend(context.may_ask(port, "a ping") for port in context.ports))

    main(["discover", "--output", "-"])
    main(["discover", "--output", "-", "--ask-probe", "/dev/ttyB"])

    assert [False, False, False, True] == answers
    told = capsys.readouterr().err
    assert "probe: /dev/ttyA: not asked; --ask-probe /dev/ttyA allows a ping\n" in told
    assert "probe: /dev/ttyB: sends a ping\n" in told


@pytest.mark.parametrize(("answer", "may"), [("y\n", True), ("\n", False), ("", False)])
def test_on_a_terminal_the_user_is_asked(look, capsys, monkeypatch, answer, may):
    answers = []
    look(lambda context: answers.append(context.may_ask("/dev/ttyA", "a ping")) or [])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdin, "readline", lambda: answer)

    main(["discover", "--output", "-"])

    assert [may] == answers
    assert "probe: /dev/ttyA: send a ping? [y/N]" in capsys.readouterr().err


def test_those_who_ask_come_last_and_leave_explained_ports_alone(look, capsys):
    answers = []
    heard = Finding(title="heard", place="/dev/ttyA")
    other = replace(TALKER, discovery=Discovery(look=lambda _: [heard]))
    look(
        lambda context: answers.extend(context.may_ask(each, "a ping") for each in context.ports),
        asks=True,
        talker=module_of(other),
    )

    main(["discover", "--output", "-", "--ask-probe", "/dev/ttyA", "--ask-probe", "/dev/ttyB"])

    assert [False, True] == answers
    assert "something else was found there" in capsys.readouterr().err


def test_only_the_ports_that_were_named_are_looked_at(look):
    seen = []
    look(lambda context: seen.extend(context.ports) or [])

    main(["discover", "--output", "-", "--ports", "/dev/ttyX", "/dev/ttyY"])
    main(["discover", "--output", "-", "--simulate"])

    assert ["/dev/ttyX", "/dev/ttyY"] == seen


def test_a_file_that_cannot_be_written_is_printed(look, tmp_path, capsys):
    (tmp_path / "there").mkdir()

    def look_long(_: object) -> Iterator[Finding]:
        yield PROBE
        (tmp_path / "there").rmdir()

    look(look_long)

    assert main(["discover", "--output", "there/site.toml"]) == 64
    output = capsys.readouterr()
    assert ["probe"] == sensors_of(output.out)
    assert "printed instead" in output.err
