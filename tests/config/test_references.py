from collections.abc import Callable
from pathlib import Path

import pytest

from collector.config import Config

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]


def host(config: Config) -> str:
    return config.agent.host


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${HOST}", "gateway"),
        ("a-${HOST}-${HOST}", "a-gateway-gateway"),
        ("${NONE:-fallback}", "fallback"),
        ("${EMPTY:-fallback}", "fallback"),
        ("x${EMPTY}", "x"),
        ("x${NONE:-}", "x"),
        ("${HOST:-fallback}", "gateway"),
        ("$${HOST}", "${HOST}"),
        ("$HOST {x}", "$HOST {x}"),
        ("${NONE:-a:b}", "a:b"),
        ("${INDIRECT}", "${HOST}"),
    ],
)
def test_a_variable_stands_for_its_value(load_text: Load, written: str, expected: str) -> None:
    environ = {"HOST": "gateway", "EMPTY": "", "INDIRECT": "${HOST}"}

    assert expected == host(load_text(f"[agent]\nhost = '{written}'", environ=environ))


def test_a_file_stands_for_its_text_without_the_last_line_break(
    load_text: Load, tmp_path: Path
) -> None:
    (tmp_path / "host").write_text("gate\nway\n")

    assert host(load_text('[agent]\nhost = "${file:host}"')) == "gate\nway"
    assert host(load_text(f'[agent]\nhost = "${{file:{tmp_path}/host}}"')) == "gate\nway"


def test_a_credential_is_read_from_the_directory_of_systemd(
    load_text: Load, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("secret\n")
    text = '[agent]\nhost = "${CREDENTIAL:token}"'

    assert host(load_text(text, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})) == "secret"


def test_references_are_resolved_in_lists_and_tables_of_a_plugin(load_text: Load) -> None:
    text = """
        [[source]]
        plugin = "probe"
        sensor = "${SENSOR}"
        metrics = ["a", "${METRIC}"]
        registers = [{address = 1, metric = "${METRIC}"}]
    """

    [source] = load_text(text, environ={"SENSOR": "s", "METRIC": "m"}).sources

    assert source.sensor == "s"
    assert source.settings is not None
    assert ("a", "m") == source.settings.metrics
    assert source.settings.registers[0].metric == "m"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${NONE}", "the environment has no variable NONE"),
        ("${a b}", "'${a b}' is no reference: write ${NAME}, ${NAME:-default}, "),
        ("${}", "'${}' is no reference: write "),
        ("${HOST", "'${' has no '}' (write '$${' where no reference is meant)"),
        ("${file:/none/x}", "/none/x cannot be read: No such file or directory"),
        ("${CREDENTIAL:x}", "there are no credentials: the unit needs a line LoadCredential=x:"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_at_its_place(
    complaints_of: Complaints, written: str, expected: str
) -> None:
    [complaint] = complaints_of(f"[agent]\nhost = '{written}'")

    assert complaint.startswith(f"collector.toml:2:1: agent.host: {expected}")


@pytest.mark.parametrize("name", ["../x", "", ".."])
def test_a_credential_cannot_lead_out_of_its_directory(
    complaints_of: Complaints, name: str, tmp_path: Path
) -> None:
    text = f'[agent]\nhost = "${{CREDENTIAL:{name}}}"'

    [complaint] = complaints_of(text, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert complaint.endswith(f"{name!r} is no name of a credential")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"\xff", "holds no UTF-8 text"), (b"x" * 70_000, "is larger than 64 KiB")],
)
def test_a_file_that_holds_no_short_text_is_refused(
    complaints_of: Complaints, tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "odd").write_bytes(content)

    [complaint] = complaints_of('[agent]\nhost = "${file:odd}"')

    assert complaint.endswith(f"odd {expected}")


def test_a_variable_that_holds_no_text_is_refused(complaints_of: Complaints) -> None:
    [complaint] = complaints_of('[agent]\nhost = "${HOST}"', environ={"HOST": "a\udcff"})

    assert complaint.endswith("the environment's variable HOST holds no UTF-8 text")


SECRET = "hunter2 '\"\\ " + "hunter2" * 20


@pytest.mark.parametrize(
    "table",
    [
        'sensor = "${SECRET}"',
        'sensor = "s"\nname = "${SECRET}"',
        'sensor = "s"\nregisters = [{address = "${SECRET}"}]',
        'sensor = "s"\nregisters = [{address = 1, type = "${SECRET}"}]',
        'sensor = "s"\ninterval = "${SECRET}"',
    ],
)
def test_what_a_reference_stands_for_never_shows_in_a_complaint(
    complaints_of: Complaints, table: str
) -> None:
    text = f'[[source]]\nplugin = "probe"\n{table}'

    [complaint] = complaints_of(text, environ={"SECRET": SECRET})

    assert "hunter2" not in complaint
    assert "${SECRET}" in complaint
