"""A command and a running collector of different versions: one clear line, or what there is."""

import copy
import io
import json

import pytest
from rich.console import Console

from collector.cli import main
from collector.cli.calling import understood
from collector.cli.report import status_lines
from collector.cli.report_ledger import audit_lines
from collector.cli.top_keys import Position
from collector.cli.top_rates import Rates
from collector.cli.top_screen import drawn
from collector.cli.top_views import VIEWS
from collector.cli.top_watch import Seen
from collector.errors import AgentUnreachableError
from collector.ledger import DropCause, Ledger
from collector.service.answers import Answers
from collector.service.control import ControlSocket
from collector.service.parts import Parts
from collector.service.snapshot import snapshot
from collector.service.state_dir import Mode, StateDirectory
from collector.status import (
    BufferStatus,
    CertificateStatus,
    ClockStatus,
    DeliveryState,
    DeliveryStatus,
    LastValue,
    LinkStatus,
    SourceState,
    SourceStatus,
    SpoolStatus,
)
from collector.testkit.clock import FakeClock


def _parts():
    ledger = Ledger(clock=FakeClock())
    ledger.accept("meter", "s", 5)
    ledger.drop("meter", "s", DropCause.QUOTA, 2)
    return Parts(
        taken_at_s=FakeClock().monotonic_s(),
        sources=[
            SourceStatus(
                name="meter", plugin="p", sensor="s", link="", state=SourceState.FAILING,
                message="no answer", notes=("late",),
            )
        ],
        links=[LinkStatus(key="tcp", sources=("meter",))],
        values=[
            LastValue(sensor="s", metric="m", name="m", value=1.5, unit="V", taken_at_s=999.0)
        ],
        buffer=BufferStatus(readings=1, bytes=1, max_readings=9, max_bytes=9),
        spool=SpoolStatus(mode="always", directory="/s", bytes=1, max_bytes=100),
        delivery=DeliveryStatus(state=DeliveryState.CONNECTED, agent="a:1", last_error="refused"),
        certificate=CertificateStatus(not_after_ms=1_800_000_000_000, days_left=20),
        accounts=ledger.accounts(),
        complaints=[],
        clock=ClockStatus(wall_ms=0, is_synchronized=True),
        last_reload={"ok": True, "message": "nothing", "age_s": 1.0},
    )  # fmt: skip


STATUS = json.loads(
    json.dumps(
        {"version": "0.0.9", "mode": "real", "pid": 7, "uptime_s": 5.0, **snapshot(_parts())}
    )
)


def paths(value, path=()):
    """Yield the path of every key of a status, at any depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inside in items:
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(inside, dict | list):
            yield from paths(inside, (*path, key))


def without(path):
    status = copy.deepcopy(STATUS)
    *way, key = path
    place = status
    for step in way:
        place = place[step]
    del place[key]
    return status


def with_(path, value):
    status = without(path)
    *way, key = path
    place = status
    for step in way:
        place = place[step]
    place[key] = value
    return status


def shown(status):
    """Return all that the commands make of a status."""
    with understood(status):
        seen = Seen(status, Rates(FakeClock()).of(status))
        for view in range(len(VIEWS)):
            Console(file=io.StringIO()).print(drawn(seen, 80, 24, Position(view))[0])
        return "\n".join([*status_lines(status), *audit_lines(status)])


@pytest.fixture
def ask(write, tmp_path):
    """Return what a command prints and leaves with, of a collector with this status."""
    sockets = []

    def ask_it(status, *words):
        state = StateDirectory(tmp_path / "state", Mode.REAL)
        state.socket.parent.mkdir(parents=True, exist_ok=True)
        sockets.append(
            ControlSocket(state.socket, Answers(lambda: status, lambda _: status, None, None))
        )
        sockets[-1].start()
        config = write(f'[collector]\nstate_dir = "{tmp_path / "state"}"')
        return main([*words, "--config", config])

    yield ask_it
    for each in sockets:
        each.stop()


@pytest.mark.parametrize("path", list(paths(STATUS)), ids=lambda path: ".".join(map(str, path)))
def test_whatever_an_older_collector_does_not_tell_is_one_clear_line_at_most(path):
    try:
        text = shown(without(path))
    except AgentUnreachableError as error:
        text = str(error)
        assert "is version" in text

    assert text


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("delivery", "state"), "dreaming", "dreaming a:1"),
        (("drops", 0, "cause"), "boredom", "for a cause that is not known here (boredom)"),
        (("alarms", 0, "level"), "catastrophe", "not well: 1 warning and 1 catastrophe"),
        (("alarms", 0, "kind"), "unheard_of", "[unheard_of]"),
        (("sources", 0, "state"), "dancing", "dancing"),
        (("spool", "mode"), "cloud", "spool: cloud"),
    ],
)
def test_words_of_a_newer_collector_are_shown_as_they_are(path, value, expected):
    assert expected in shown(with_(path, value))


@pytest.mark.parametrize("words", [["status"], ["status", "--audit"], ["top", "--times", "1"]])
def test_a_command_that_does_not_understand_says_both_versions_and_what_to_do(ask, capsys, words):
    code = ask({"version": "0.0.9"}, *words)

    assert 69 == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("collector: the running collector is version 0.0.9 and this command ")
    assert line.endswith("restart the collector, or read 'collector status --json'")


def test_what_there_is_can_be_had_as_json_all_the_same(ask, capsys):
    code = ask({"version": "0.0.9", "new": [1]}, "status", "--json")

    assert 0 == code
    assert {"version": "0.0.9", "new": [1]} == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("words", [["status"], ["top", "--times", "1"]])
@pytest.mark.parametrize("status", [None, [], "fine"])
def test_an_answer_that_is_no_status_is_one_line(ask, capsys, words, status):
    code = ask(status, *words)

    assert 69 == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("collector: the running collector gives no status: ")


@pytest.mark.parametrize("changes", [{}, {"added": ["a"]}, {"unchanged": 3}, None, 5])
def test_a_reload_of_another_version_is_one_line(ask, capsys, changes):
    code = ask(changes, "reload")

    assert 69 == code
    assert 1 == len(capsys.readouterr().err.splitlines())
