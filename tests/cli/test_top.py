"""The screen of top: rates, views, keys, and that it fits a small terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from collector.cli import top_watch
from collector.cli.top_columns import Column, table_lines
from collector.cli.top_keys import Position
from collector.cli.top_rates import Flow, Rates
from collector.cli.top_screen import drawn
from collector.cli.top_views import VIEWS
from collector.cli.top_watch import Seen, Watch
from collector.errors import AgentUnreachableError, NotRunningError
from collector.testkit.clock import FakeClock


def source(name, reads=0, message=""):
    return {
        "name": name, "reads": reads, "state": "ok", "failures": 0, "missed_ticks": 0,
        "message": message, "notes": [], "refused": 0, "last_read_s": 0.01, "link": "i2c://1",
        "last_good_age_s": 1.0,
    }  # fmt: skip


def value(number):
    return {
        "sensor": "s", "metric": f"metric-{number}", "value": 1.5, "unit": "°C", "age_s": 0.1,
        "confirmed": True,
    }  # fmt: skip


def account(name, sampled=0, delivered=0, **dropped):
    return {
        "source": name, "sensor": name, "sampled": sampled, "delivered": delivered, "pending": 0,
        "accepted": sampled, "dropped": dropped, "refused": {}, "filtered": {}, "made": 0,
    }  # fmt: skip


STATUS = {
    "version": "1.0",
    "pid": 7,
    "uptime_s": 7300.0,
    "alarms": [
        {"level": "problem", "about": "meter", "message": "x" * 200, "age_s": 5.0}
        for _ in range(9)
    ],
    "sources": [source(f"source-{number}") for number in range(30)],
    "links": [
        {
            "key": "i2c://1", "sources": ["source-0"], "busy_with": "", "lateness_p50_s": 0.1,
            "lateness_p99_s": 0.25,
        },
    ],
    "values": [value(number) for number in range(100)],
    "buffer": {"readings": 3},
    "spool": {"bytes": 0, "max_bytes": 1024**2, "mode": "always"},
    "delivery": {
        "state": "connected", "agent": "a:1", "confirmed_readings": 5, "confirmed_by": "agent",
        "last_confirmed_age_s": 1.0, "confirmed_age_s": {"s": 2.6, "gone": 99.0},
    },
    "ledger": [account("quiet", 20, 20), account("meter", 900, 860, quota=40)],
    "drops": [
        {"source": "meter", "sensor": "meter", "cause": "quota", "values": 40, "age_s": 3.0}
    ],
}  # fmt: skip
WELL = {**STATUS, "alarms": []}


def shown(status, flow=Flow(), position=Position(), width=80, height=24, gone=""):  # noqa: B008
    console = Console(file=io.StringIO(), width=width, height=height)
    console.print(drawn(Seen(status, flow, gone), width, height, position)[0])
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("view", range(len(VIEWS)))
@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 15), (20, 5), (200, 60), (1, 1)])
def test_it_fits_every_terminal_whatever_there_is_to_show(view, width, height):
    lines = shown(STATUS, position=Position(view), width=width, height=height)

    assert len(lines) <= max(height, 4)
    assert max(map(len, lines)) <= width


def test_a_source_has_its_rate_and_how_late_it_is():
    lines = shown(STATUS, Flow({"source-0": 12.5}))

    [line] = [line for line in lines if line.startswith("source-0 ")]
    assert "12.5" in line
    assert "250.0 ms" in line


def test_what_is_not_well_comes_first():
    sources = [*WELL["sources"], source("broken", message="no answer")]

    lines = shown({**WELL, "sources": sources})

    [title] = [number for number, line in enumerate(lines) if line.startswith("source ")]
    assert lines[title + 1].startswith("broken ")


def test_it_tells_what_moves_what_waits_and_what_was_lost_why():
    text = "\n".join(shown(WELL, Flow({}, 12.0, 11.5, 0.5), width=160))

    assert "12.0/s in, 11.5/s out, lag 2.5 s, 40 dropped (0.5/s), 0 refused" in text
    assert "3 readings wait" in text
    assert "dropped: 40 values of meter/meter, last 3.0 s ago" in text
    assert "(quota)" in text


def test_a_narrow_terminal_shows_what_matters_most():
    lines = shown(WELL, width=40)

    assert any(line.split()[:2] == ["source-0", "ok"] for line in lines)
    assert any("metric-0" in line and "1.500" in line for line in lines)


def test_links_and_losses_have_views_of_their_own():
    links = "\n".join(shown(WELL, position=Position(3), width=120))
    losses = shown(WELL, position=Position(4), width=120)

    assert "100.0 ms  250.0 ms  source-0" in links
    [title] = [number for number, line in enumerate(losses) if line.startswith("source ")]
    assert losses[title + 1].split()[:1] == ["meter"]
    assert losses[title + 1].endswith("40 quota")


def test_values_are_scrolled_to_their_end_and_no_further():
    group, first = drawn(Seen(WELL, Flow()), 80, 24, Position(2, 10**6))
    console = Console(file=io.StringIO(), width=80)
    console.print(group)
    lines = console.file.getvalue().splitlines()

    assert "metric-99" in lines[-2]
    assert lines[-1].startswith(f"values {first + 1}-100 of 100")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("q", Position(is_left=True)),
        ("\x03", Position(is_left=True)),
        ("\x1b[B\x1b[B\x1bOA", Position(first=1)),
        ("jjk", Position(first=1)),
        ("\x1b[6~", Position(first=10)),
        ("j\x1b[F\x1b[H", Position()),
        ("\x1b[A", Position()),
        ("jj\t", Position(1)),
        ("\t" * 5, Position()),
        ("4", Position(3)),
        ("09x\x1b[200~\x1b", Position()),
    ],
)
def test_a_key_leads_where_it_should(typed, expected):
    assert expected == Position().after(typed)


@given(st.text(st.sampled_from("\x1b[O~;0123456789ABHFjk\t xé²"), max_size=30))
def test_no_keys_but_those_that_leave_do_and_none_breaks_it(typed):
    position = Position().after(typed)

    assert not position.is_left
    assert position.view in range(len(VIEWS))
    assert position.first >= 0


@given(
    st.lists(st.tuples(st.text("ab", max_size=30), st.text("cd", max_size=30)), max_size=5),
    st.integers(1, 70),
)
def test_a_table_fits_where_its_columns_can_give_way(rows, width):
    columns = [
        Column("one", lambda row: row["one"], is_cut=True),
        Column("two", lambda row: row["two"], rank=1),
    ]

    lines = table_lines(
        columns, [dict(zip(("one", "two"), row, strict=True)) for row in rows], width
    )

    assert max(map(len, lines)) <= max(width, 6)
    assert len(rows) + 1 == len(lines)


def test_a_rate_is_what_has_moved_between_two_looks():
    clock = FakeClock()
    rates = Rates(clock)
    before = {**WELL, "sources": [source("a", 100)], "ledger": [account("a", 50, 40)]}
    after = {
        **WELL,
        "sources": [source("a", 110), source("new", 7)],
        "ledger": [account("a", 70, 64, quota=4)],
    }

    first = rates.of(before)
    clock.advance(2.0)
    second = rates.of(after)

    assert Flow({"a": 0.0}, 0.0, 0.0, 0.0) == first
    assert Flow({"a": 5.0, "new": 0.0}, 10.0, 12.0, 2.0) == second


def test_a_new_run_begins_anew():
    clock = FakeClock()
    rates = Rates(clock)
    rates.of({**WELL, "sources": [source("a", 100)]})
    clock.advance(1.0)

    flow = rates.of({**WELL, "pid": 8, "sources": [source("a", 300)]})

    assert {"a": 0.0} == flow.reads


def test_a_collector_that_is_gone_is_told_over_what_it_said_last(monkeypatch, tmp_path):
    clock, answers = FakeClock(), [WELL]
    monkeypatch.setattr(top_watch, "running_socket", lambda base: base)

    def ask_status(socket, timeout_s):
        del timeout_s
        if not answers:
            raise AgentUnreachableError(f"no collector listens on {socket}")
        return answers.pop()

    monkeypatch.setattr(top_watch, "ask_status", ask_status)
    watch = Watch(tmp_path, clock)
    watch.look()
    clock.advance(12.0)

    gone = watch.look()
    answers.append({**WELL, "pid": 8})
    back = watch.look()

    assert f"nothing for 12 s: no collector listens on {tmp_path}" == gone.gone
    assert gone.gone == "".join(shown(gone.status, gone=gone.gone, width=300)[0]).strip()
    assert ("", 8) == (back.gone, back.status["pid"])


def test_one_that_never_ran_is_an_error(tmp_path):
    with pytest.raises(NotRunningError):
        Watch(tmp_path, FakeClock()).look()
