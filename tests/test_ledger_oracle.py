"""The oracle of the fault tests can tell what is wrong."""

import struct

import pytest
from faults.ledger_oracle import Given, Kills, given_in, reckon

GIVEN = [Given("a", float(n), 1000 * n, 1000 * n) for n in (1, 2, 3)]


def _stored(*values, at_ms=None):
    return [
        {"sensor": "a", "metric": "m", "value": float(n), "timestamp_ms": at_ms or 1000 * n}
        for n in values
    ]


def _account(accepted, **dropped):
    return [
        {
            "source": "a",
            "accepted": accepted,
            "delivered": accepted - sum(dropped.values()),
            "pending": 0,
            "dropped": dropped,
        }
    ]


def _reckon(journal, ledger, **options):
    return reckon(GIVEN, journal, ledger, metrics=1, **options)


def test_all_that_was_given_is_stored():
    found = _reckon(_stored(1, 2, 3), _account(3))

    assert (3, 3, 0, 0) == (found.accepted, found.stored, found.lost, found.duplicates)
    assert [] == found.complaints


def test_a_missing_value_is_lost_unless_it_is_counted():
    assert 1 == _reckon(_stored(1, 3), _account(3)).lost
    assert 0 == _reckon(_stored(1, 3), _account(3, quota=1)).lost


def test_a_value_given_in_the_last_moment_before_a_kill_may_be_missing():
    found = _reckon(_stored(1, 2), _account(2), kills=Kills([3040]))

    assert (0, 1, 40) == (found.lost, found.unsure, found.oldest_unsure_ms)
    assert 1 == _reckon(_stored(1, 2), _account(2), kills=Kills([9000])).lost


def test_a_value_that_lay_in_the_spool_at_a_kill_is_lost_if_it_is_missing(tmp_path):
    (tmp_path / "0.segment").write_bytes(b"..." + struct.pack("<d", 3.0) + b"...")
    kills = Kills()
    kills.note(3040, GIVEN, tmp_path)

    assert {3.0} == kills.written
    assert 1 == _reckon(_stored(1, 2), _account(2), kills=kills).lost


@pytest.mark.parametrize(
    ("journal", "words"),
    [
        (_stored(1, 2, 3, 9), "9.0 is stored and was never given"),
        (_stored(1, 2, 3) + _stored(3, at_ms=3001), "and again at 3001"),
        (_stored(1, 2) + _stored(3, at_ms=9000), "stored at 9000"),
        ([*_stored(1, 2, 3), {**_stored(2)[0], "value": 2 + 1 / 1024}], "holds values of"),
    ],
)
def test_what_was_never_given_or_has_another_time_is_a_complaint(journal, words):
    [complaint] = reckon(GIVEN, journal, _account(3), metrics=2).complaints

    assert words in complaint


def test_duplicates_are_counted():
    assert 1 == _reckon(_stored(1, 2, 3, 3), _account(3)).duplicates


def test_a_record_is_read_up_to_its_last_whole_line(tmp_path):
    (tmp_path / "a").write_text("life\n1000001 5 6\nlife\n2000001 7 8\n20000")

    assert [Given("a", 1000001.0, 5, 6), Given("a", 2000001.0, 7, 8)] == given_in(tmp_path)
