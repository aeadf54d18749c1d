"""Numbers as runs, and flags as text: what was put in comes out, and takes little."""

import threading
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.buffering.spool.books import Books
from collector.buffering.spool.flags import pack, unpack
from collector.buffering.spool.runs import merged, runs_in, runs_of
from collector.buffering.spool.segment import MAX_READINGS
from collector.ledger import Ledger

FLAGS = st.lists(st.sampled_from([0, 1])).map(bytes)
NUMBERS = st.sets(st.integers(0, 60))


def numbers_of(runs):
    return [number for first, count in runs for number in range(first, first + count)]


@given(NUMBERS)
def test_numbers_are_the_same_as_runs(numbers):
    runs = runs_of(numbers)

    assert sorted(numbers) == numbers_of(runs)
    assert all(sum(one) < later[0] for one, later in pairwise(runs))


@given(NUMBERS, NUMBERS)
def test_runs_of_two_sets_are_merged(ones, others):
    assert runs_of(ones | others) == merged([*runs_of(ones), *runs_of(others)])


@given(FLAGS, st.integers(0, 9))
def test_runs_in_flags_are_those_of_the_ones(flags, first):
    ones = {first + at for at, flag in enumerate(flags) if flag}

    assert runs_of(ones) == list(runs_in(first, flags))


@given(FLAGS)
def test_flags_survive_as_text(flags):
    assert flags == unpack(pack(flags), MAX_READINGS)


@given(st.text() | st.binary().map(lambda data: data.decode("latin1")))
def test_text_that_is_no_flags_has_none(text):
    assert b"" == unpack(text, 10)[10:]


def test_no_more_flags_come_out_than_are_wanted():
    assert 10 == len(unpack(pack(bytes(10**6)), 10))


@pytest.mark.parametrize("chance", [0.01, 0.5, 0.99])
def test_flags_take_no_more_than_three_bits_each_however_they_lie(chance):
    random = Random(1)
    flags = bytes(random.random() < chance for _ in range(MAX_READINGS))

    assert MAX_READINGS * 3 / 8 > len(pack(flags))


def test_what_a_journal_does_not_take_for_long_is_remembered_in_few_runs():
    books = Books(Ledger(), threading.Lock())
    for number in range(10_000):
        books.done(number)
        if number % 100 == 99:
            _, changed, settled = books.take_changes()
            books.not_noted(changed, settled)

    assert 2 > len(books._settled_runs) + len(books._settled)
    assert [(0, 10_000)] == books.take_changes()[2]
    assert not books.has_changes
