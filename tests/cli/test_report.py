"""What people see of a run: the status, the ledger and the live table."""

import io
import json
from threading import Event

import pytest
from rich.console import Console

from collector.cli.live import LiveTable, trouble_texts
from collector.cli.report import status_lines
from collector.cli.report_delivery import delivery_line
from collector.cli.report_ledger import audit_lines, ledger_lines
from collector.cli.wording import age_text
from collector.ledger import DROP_WORDS, DropCause, Ledger, RefusalReason
from collector.service.parts import Parts
from collector.service.snapshot import account_fields, snapshot
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


def value(metric, taken_at_s):
    return LastValue(
        sensor="boiler",
        metric=metric,
        name=metric,
        value=71.25,
        unit="°C",
        taken_at_s=taken_at_s,
    )


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.accept("heating", "boiler", 10)
    ledger.refuse("heating", "boiler", RefusalReason.NOT_FINITE, 2)
    ledger.deliver("heating", "boiler", 6)
    ledger.drop("heating", "boiler", DropCause.RING_FULL, 3)
    return ledger


@pytest.fixture
def status(ledger):
    parts = Parts(
        taken_at_s=1000.0,
        sources=[
            SourceStatus(
                name="heating",
                plugin="modbus",
                sensor="boiler",
                link="tcp",
                state=SourceState.FAILING,
                message="nobody answers",
                notes=("answers late: raise response_timeout",),
                reads=5,
                failures=2,
            )
        ],
        links=[LinkStatus(key="tcp", sources=("heating",), lateness_p50_s=0.0004)],
        values=[value("inlet", 997.0), value("outlet", 999.5)],
        buffer=BufferStatus(readings=1, bytes=400, max_readings=100, max_bytes=10_000),
        delivery=DeliveryStatus(
            state=DeliveryState.CONNECTED,
            agent="localhost:18884",
            confirmed_readings=3,
            last_confirmed_at_s=998.0,
            confirmed_until={"boiler": 997.0},
        ),
        certificate=CertificateStatus(not_after_ms=1_800_000_000_000, days_left=20),
        accounts=ledger.accounts(),
        complaints=[],
        clock=ClockStatus(wall_ms=1_790_000_000_000, is_synchronized=True),
        spool=SpoolStatus(
            mode="always",
            directory="/s/spool",
            readings=12,
            bytes=3 * 1024**2,
            max_bytes=256 * 1024**2,
            oldest_age_s=180.0,
        ),
    )
    head = {"version": "1.0", "mode": "real", "pid": 1, "uptime_s": 3700.0, "state_dir": "/s"}
    return {**head, **snapshot(parts)}


def test_a_value_counts_as_confirmed_when_it_is_not_newer_than_what_the_agent_has(status):
    assert [True, False] == [each["confirmed"] for each in status["values"]]


def test_ages_are_told_and_not_instants(status):
    assert [3.0, 0.5] == [each["age_s"] for each in status["values"]]
    assert 2.0 == status["delivery"]["last_confirmed_age_s"]
    assert {"boiler": 3.0} == status["delivery"]["confirmed_age_s"]


def test_the_notes_of_a_source_reach_programs(status):
    [source] = json.loads(json.dumps(status))["sources"]

    assert ["answers late: raise response_timeout"] == source["notes"]


def test_the_status_shows_trouble_in_words(status):
    text = "\n".join(status_lines(status))

    assert "\n  heating: nobody answers (never gave anything yet)\n  heating: note: answers" in text
    assert "connected to localhost:18884, 3 readings confirmed by the agent, last 2.0 s ago" in text
    assert "up 62 min" in text
    assert "tcp   heating             0.4 ms    0.0 ms" in text


def test_the_status_shows_the_spool_and_why_it_does_not_work(status):
    assert "spool: always, 12 readings, 3.0 of 256 MiB, oldest 3 min" in status_lines(status)

    status["spool"] |= {"degraded": "/s/spool: Read-only file system", "damaged_bytes": 7}
    status["spool"] |= {"lost_values": 3, "unreadable": "1.segment: Input/output error"}

    lines = status_lines(status)
    assert "  degraded, readings wait in memory only: /s/spool: Read-only file system" in lines
    assert "  7 bytes were found damaged" in lines
    assert "  3 values are lost to damage" in lines
    assert "  waits to be read back: 1.segment: Input/output error" in lines


@pytest.mark.parametrize(
    ("mode", "words"),
    [("off", "when the process ends is lost"), ("outage", "does not survive a kill")],
)
def test_the_status_says_what_a_mode_does_not_promise(status, mode, words):
    status["spool"]["mode"] = mode

    assert any(words in line for line in status_lines(status))


def test_the_status_says_when_it_waits_for_the_time(status):
    status["delivery"] |= {"state": "waiting_for_time", "message": "the clock shows 1970"}

    lines = status_lines(status)

    assert [True] == [
        line.startswith("agent: waiting for the right time, agent at ")
        for line in lines
        if line.startswith("agent: ")
    ]
    assert "  the clock shows 1970" in lines
    assert not any("cannot be right" in line for line in lines)


def test_the_status_counts_what_was_sent_with_a_wrong_time(status):
    status["delivery"]["unverified_time"] = 7

    assert "  7 readings were sent with a time that cannot be right" in status_lines(status)


def test_an_audit_shows_the_sums_and_where_they_do_not_hold(status):
    assert ["accepted 10 = delivered 6 + pending 1 + dropped 3: holds"] == audit_lines(status)

    status["complaints"] = ["heating/boiler: 1 values are pending, 0 are held"]

    first, second = audit_lines(status)
    assert first.endswith("does not hold")
    assert "0 are held" in second


def test_the_ledger_names_each_cause(status):
    lines = ledger_lines(status["ledger"])

    assert ["source", "sensor", "sampled", "accepted", "delivered"] == lines[0].split()[:5]
    assert ["heating", "boiler", "12", "10", "6", "1", "2", "0", "3", "yes"] == lines[1].split()
    assert "  heating/boiler: 2 refused (not_finite)" in lines
    assert "  heating/boiler: 3 dropped (ring_full)" in lines


def test_the_ledger_names_what_transforms_left_out_and_made():
    ledger = Ledger()
    ledger.filter("a", "b", "deadband", 7)
    ledger.make("a", "b", 2)

    lines = ledger_lines([account_fields(account) for account in ledger.accounts()])

    assert ["a", "b", "7", "0", "0", "0", "0", "7", "0", "yes"] == lines[1].split()
    assert [
        "  a/b: 7 filtered (deadband)",
        "  a/b: 2 of those sampled were made by transforms",
    ] == (lines[2:])


def test_a_ledger_that_does_not_balance_says_so():
    ledger = Ledger()
    ledger.deliver("a", "a", 1)

    lines = ledger_lines([account_fields(account) for account in ledger.accounts()])

    assert lines[1].endswith("NO")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (12, "12 s"), (180, "3 min"), (18000, "5 h"), (1e6, "12 d")],
)
def test_ages_read_as_people_say_them(seconds, text):
    assert text == age_text(seconds)


def test_before_the_first_confirmation_none_is_claimed(status):
    status["delivery"]["last_confirmed_age_s"] = None

    assert "none yet" in delivery_line(status)


def test_the_live_table_shows_values_trouble_and_the_agent(status):
    page = io.StringIO()
    stop = Event()
    stop.set()

    LiveTable(lambda: status, Console(file=page, width=120, height=40)).show(stop)

    shown = page.getvalue()
    for text in ("inlet", "71.250", "°C", "not yet", "nobody answers", "localhost:18884"):
        assert text in shown


def test_a_small_terminal_says_how_many_values_it_leaves_out(status):
    status["values"] = status["values"] * 20
    page = io.StringIO()
    stop = Event()
    stop.set()

    LiveTable(lambda: status, Console(file=page, width=120, height=15)).show(stop)

    assert "31 more" in page.getvalue()


def test_the_status_begins_with_what_is_not_well_and_what_to_do(status):
    lines = status_lines(status)

    assert "not well: 1 problem" == lines[1]
    assert "  problem: heating: nobody answers" == lines[2]
    assert lines[3].startswith("    to do: look at its cable")


def test_a_status_without_alarms_says_that_all_is_well(status):
    status["alarms"] = []

    assert "all is well: 1 sources, agent connected" == status_lines(status)[1]


def test_the_status_says_since_when_a_source_fails_and_when_it_was_good(status):
    status["sources"][0] |= {"state_age_s": 180.0, "last_good_age_s": 400.0}

    lines = status_lines(status)

    assert "  heating: nobody answers (last good 7 min ago)" in lines
    assert any(line.startswith("heating ") and line.endswith("3 min") for line in lines)


def test_the_status_says_since_when_it_is_connected_and_why_it_was_not(status):
    status["delivery"] |= {"state_age_s": 7200.0, "client_id": "aa11", "connections": 3}
    status["delivery"] |= {"last_error": "refused", "last_error_age_s": 7300.0}

    lines = status_lines(status)

    assert "  so for 2 h, as client aa11, 2 reconnects" in lines
    assert "  last error 2 h ago: refused" in lines


def test_the_status_says_how_long_the_spool_lasts(status):
    status["spool"]["holds_s"] = 36 * 3600.0

    assert "  at the present rate the rest lasts 36 h" in status_lines(status)


def test_the_status_says_what_was_dropped_why_and_when_last(status):
    drop = {"source": "heating", "sensor": "boiler", "values": 3}
    status["drops"] = [
        {**drop, "cause": "expired", "age_s": None},
        {**drop, "cause": "ring_full", "age_s": 60.0},
    ]

    told = [line for line in status_lines(status) if line.startswith("dropped: ")]

    where = "dropped: 3 values of heating/boiler"
    assert [
        f"{where}, last 60 s ago: the memory was full (ring_full)",
        f"{where}, in an earlier run: they were older than max_age (expired)",
    ] == told


def test_every_cause_of_a_drop_has_its_words():
    assert set(DropCause) == set(DROP_WORDS)


@pytest.mark.parametrize(
    ("is_synchronized", "words"),
    [(True, "synchronized"), (False, "nothing synchronizes it")],
)
def test_the_status_shows_the_clock_and_whether_it_is_synchronized(status, is_synchronized, words):
    status["clock"]["is_synchronized"] = is_synchronized

    assert f"clock: 2026-09-21 14:13:20 UTC, {words}" in status_lines(status)


def test_the_status_says_from_when_the_certificate_is_renewed(status):
    status["certificate"]["renewed_from_ms"] = 1_799_000_000_000

    expected = (
        "certificate: valid until 2027-01-15, 20 days left, renewed by itself from 2027-01-03 on"
    )
    assert expected in status_lines(status)


def test_the_live_table_shows_notes_of_sources(status):
    told = [text.plain for text in trouble_texts(status)]

    assert "heating: note: answers late: raise response_timeout" in told
