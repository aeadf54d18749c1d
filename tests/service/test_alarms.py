"""What counts as not well, and that each of it says what to do."""

from dataclasses import replace

import pytest

from collector.ledger import DROP_WORDS, DropCause, Ledger
from collector.service.alarms import (
    ADVICE,
    CONNECTING_S,
    RECENT_S,
    AlarmKind,
    Level,
    alarms,
)
from collector.service.parts import Parts
from collector.service.snapshot import snapshot
from collector.status import (
    BufferStatus,
    CertificateStatus,
    ClockStatus,
    DeliveryState,
    DeliveryStatus,
    SourceState,
    SourceStatus,
    SpoolStatus,
)
from collector.testkit.clock import FakeClock

NOW_S = 10_000.0
CONNECTED = DeliveryStatus(state=DeliveryState.CONNECTED, agent="a:1", since_s=NOW_S - 900)
SPOOL = SpoolStatus(mode="always", directory="/s", bytes=10, max_bytes=100)
SOURCE = SourceStatus(
    name="meter", plugin="p", sensor="s", link="", state=SourceState.OK, since_s=NOW_S - 60
)
WELL = Parts(
    taken_at_s=NOW_S,
    sources=[SOURCE],
    links=[],
    values=[],
    buffer=BufferStatus(readings=0, bytes=0, max_readings=1, max_bytes=1),
    spool=SPOOL,
    delivery=CONNECTED,
    certificate=CertificateStatus(),
    accounts=[],
    complaints=[],
    clock=ClockStatus(wall_ms=0, is_synchronized=False),
)


def kinds(**changed):
    return [alarm.kind.value for alarm in alarms(replace(WELL, **changed))]


def test_a_run_that_is_well_has_no_alarms():
    assert [] == kinds()


@pytest.mark.parametrize("state", [SourceState.FAILING, SourceState.OVERDUE, SourceState.BROKEN])
def test_a_source_that_gives_nothing_is_an_alarm_with_its_age(state):
    source = replace(SOURCE, state=state, message="no answer")

    [alarm] = alarms(replace(WELL, sources=[source]))

    expected = (f"source_{state}", Level.PROBLEM, "meter", "no answer", 60.0)
    assert expected == (alarm.kind, alarm.level, alarm.about, alarm.message, alarm.age_s)


@pytest.mark.parametrize(
    "state",
    [each for each in DeliveryState if each not in (DeliveryState.CONNECTED, "connecting")],
)
def test_every_state_of_delivery_but_that_of_a_connection_is_an_alarm(state):
    assert [state.value] == kinds(delivery=replace(CONNECTED, state=state))


@pytest.mark.parametrize(
    ("age_s", "expected"), [(CONNECTING_S - 1, []), (CONNECTING_S + 1, ["connecting"])]
)
def test_connecting_is_an_alarm_only_when_it_takes_long(age_s, expected):
    delivery = replace(CONNECTED, state=DeliveryState.CONNECTING, since_s=NOW_S - age_s)

    assert expected == kinds(delivery=delivery)


def test_a_wrong_clock_is_told_once_however_many_parts_tell_it():
    clock = replace(WELL.clock, message="it is 1970")

    assert ["clock"] == kinds(clock=clock, delivery=replace(CONNECTED, message="it is 1970"))
    waiting = replace(CONNECTED, state=DeliveryState.WAITING_FOR_TIME, message="it is 1970")
    assert ["waiting_for_time"] == kinds(clock=clock, delivery=waiting)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"delivery": replace(CONNECTED, message="refuses m")}, "delivery"),
        ({"certificate": CertificateStatus(message="expires")}, "certificate"),
        ({"spool": replace(SPOOL, degraded="read-only")}, "spool_degraded"),
        ({"spool": replace(SPOOL, unreadable="EIO")}, "spool_unreadable"),
        ({"spool": replace(SPOOL, readings=5, bytes=81)}, "spool_filling"),
        ({"complaints": ["1 too few"]}, "ledger"),
        ({"last_reload": {"ok": False, "message": "no", "age_s": 5.0}}, "reload_refused"),
        ({"page_complaint": "[web] cannot listen"}, "page"),
    ],
)
def test_what_is_not_well_is_an_alarm(changed, expected):
    assert [expected] == kinds(**changed)


def test_a_full_spool_without_unconfirmed_readings_is_none():
    assert [] == kinds(spool=replace(SPOOL, readings=0, bytes=100))


@pytest.mark.parametrize(
    ("later_s", "expected"), [(RECENT_S - 1, ["values_dropped"]), (RECENT_S + 1, [])]
)
def test_a_drop_is_an_alarm_for_a_while(later_s, expected):
    clock = FakeClock()
    ledger = Ledger(clock)
    ledger.drop("meter", "s", DropCause.EXPIRED, 3)

    now_s = clock.monotonic_s() + later_s
    assert expected == kinds(accounts=ledger.accounts(), taken_at_s=now_s, sources=[])


def test_problems_stand_before_warnings():
    found = kinds(
        certificate=CertificateStatus(message="expires"), spool=replace(SPOOL, degraded="full")
    )

    assert ["spool_degraded", "certificate"] == found


def test_every_kind_of_alarm_says_what_to_do():
    assert set(AlarmKind) == set(ADVICE)


def test_a_drop_of_an_earlier_run_has_no_age():
    clock = FakeClock()
    earlier, ledger = Ledger(clock), Ledger(clock)
    earlier.drop("meter", "s", DropCause.EXPIRED, 3)
    [account] = earlier.accounts()
    ledger.restore(account)

    [drop] = snapshot(replace(WELL, accounts=ledger.accounts()))["drops"]

    assert {
        "source": "meter",
        "sensor": "s",
        "cause": "expired",
        "values": 3,
        "age_s": None,
    } == drop


@pytest.mark.parametrize("cause", DropCause)
def test_why_values_were_dropped_is_told_in_plain_words(cause):
    ledger = Ledger(clock=FakeClock())
    ledger.accept("meter", "s", 1)
    ledger.drop("meter", "s", cause, 1)
    [account] = ledger.accounts()

    [alarm] = alarms(replace(WELL, accounts=[account], taken_at_s=FakeClock().monotonic_s()))

    assert f"values of s were dropped: {DROP_WORDS[cause]}" == alarm.message
