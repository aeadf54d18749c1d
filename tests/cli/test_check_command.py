import json
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from fake_plugins import PROBE as PROBE_KIND
from fake_plugins import module_of

from collector.cli import main
from collector.plugin.configured import Complaint

pytestmark = pytest.mark.usefixtures("_fake_plugins")

Capture = pytest.CaptureFixture[str]
Write = Callable[[str], str]

PROBE = '[[source]]\nplugin = "probe"\nsensor = "{}"\n'


def test_a_right_configuration_is_ok_and_names_its_sources(write: Write, capsys: Capture) -> None:
    file = write(PROBE.format("a") + PROBE.format("b"))

    code = main(["check", "--config", file])

    assert code == 0
    assert ("ok: 2 sources: a, b\n", "") == capsys.readouterr()


def test_what_is_sent_after_transforms_is_shown(write: Write, capsys: Capture) -> None:
    rename = '[[source.transform]]\ntype = "rename"\nmetric = "temperature"\nto = "warm"\n'
    more = '[[source.transform]]\ntype = "compute"\nmetric = "hot"\nexpression = "warm > 60"\n'

    code = main(["check", "--config", write(PROBE.format("a") + rename + more)])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "ok: 1 source: a",
        "  a sends, after its transforms: warm (°C), hot",
    ]


def test_the_file_can_be_named_by_the_environment(
    write: Write, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTOR_CONFIG", write(PROBE.format("a")))

    assert main(["check"]) == 0
    assert capsys.readouterr().out == "ok: 1 source: a\n"


def test_complaints_go_to_standard_error_and_leave_with_78(write: Write, capsys: Capture) -> None:
    file = write("[ring]\nmax_readings = 0\nmax_bites = 1\n")

    code = main(["check", "--config", file])

    output = capsys.readouterr()
    assert code == 78
    assert output.out == ""
    first, second = output.err.splitlines()
    assert f"{file}:4:1: ring.max_readings: must be at least 1, got 0" == first
    assert second.startswith(f"{file}:5:1: ring.max_bites: unknown key; did you mean max_bytes?")


def test_a_broken_plugin_is_a_complaint(write: Write, capsys: Capture) -> None:
    file = write(PROBE.format("a").replace("probe", "broken"))

    assert main(["check", "--config", file]) == 78
    assert "ImportError: no bits" in capsys.readouterr().err


def test_programs_get_json(write: Write, capsys: Capture) -> None:
    right = main(["check", "--json", "--config", write(PROBE.format("a"))])
    first = json.loads(capsys.readouterr().out)
    wrong = main(["check", "--json", "--config", write("[odd]")])
    second = json.loads(capsys.readouterr().out)

    assert (0, 78) == (right, wrong)
    assert {"ok": True, "complaints": [], "warnings": []} == first
    assert not second["ok"]
    assert 1 == len(second["complaints"])


def test_what_may_be_right_later_is_a_warning(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    file = write("")
    (tmp_path / "ca.crt").unlink()

    code = main(["check", "--config", file])

    output = capsys.readouterr()
    assert code == 0
    assert output.out == "ok: 0 sources\n"
    assert [
        f"warning: {file}: has no [[source]]: there is nothing to read",
        f"warning: agent.ca_file: {tmp_path}/ca.crt cannot be read: No such file or directory",
    ] == output.err.splitlines()


def test_what_a_kind_finds_doubtful_is_a_warning(
    write: Write, install: Callable[..., None], capsys: Capture
) -> None:
    doubt = Complaint("a", "is slow", is_warning=True)
    install(probe=module_of(replace(PROBE_KIND, check=lambda sources: [doubt])))
    file = write(PROBE.format("a"))

    assert main(["check", "--config", file]) == 0
    assert capsys.readouterr().err == f"warning: {file}:3:1: source[0]: is slow\n"
    assert main(["check", "--config", file, "--json"]) == 0
    assert [f"{file}:3:1: source[0]: is slow"] == json.loads(capsys.readouterr().out)["warnings"]


def test_a_run_logs_what_a_kind_finds_doubtful(
    write: Write,
    install: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("collector.cli.run.Signals", lambda actions: nullcontext())
    monkeypatch.setattr("collector.cli.run._set_up_logs", lambda config, is_live: None)
    doubt = Complaint("a", "is slow", is_warning=True)
    install(probe=module_of(replace(PROBE_KIND, check=lambda sources: [doubt])))
    file = write(f'[collector]\nstate_dir = "{tmp_path}/ca.crt/state"\n' + PROBE.format("a"))

    assert main(["run", "--config", file]) == 73
    assert [f"{file}:5:1: source[0]: is slow"] == caplog.messages


def test_a_simulation_needs_no_certificate_but_simulators(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    file = write(PROBE.format("a") + PROBE.format("b").replace("probe", "talker"))
    (tmp_path / "ca.crt").unlink()

    code = main(["check", "--simulate", "--config", file])

    assert code == 0
    assert capsys.readouterr().err == (
        f"warning: {file}:6:1: plugin 'talker' has no simulator: left out by --simulate\n"
    )


def test_a_state_directory_that_cannot_be_is_a_warning(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    file = write(f'[collector]\nstate_dir = "{tmp_path}/file/state"\n' + PROBE.format("a"))

    assert main(["check", "--config", file]) == 0
    assert capsys.readouterr().err == (
        f"warning: collector.state_dir: {tmp_path}/file is not a directory\n"
    )


def test_a_state_directory_of_somebody_else_is_a_warning(
    write: Write, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(f'[collector]\nstate_dir = "{tmp_path}/state"\n' + PROBE.format("a"))
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert main(["check", "--config", file]) == 0
    problem = f"{tmp_path}/state cannot be made in {tmp_path} by this user"
    assert capsys.readouterr().err == f"warning: collector.state_dir: {problem}\n"
