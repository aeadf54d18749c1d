"""What a source wants an operator to know, and what becomes of notes that are none."""

import itertools

import pytest
from sampling_rig import Rig, Scripted, Talking, plan

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.plugin.source import Reading
from collector.status import SourceState

LATE = "answers late: raise response_timeout"


def notes_after_a_read(remarks):
    source = Scripted()
    source.remarks = remarks
    rig = Rig(plan(source))
    rig.start().run(0)
    assert SourceState.OK == rig.status().state
    return rig.status().notes


def raising(error):
    def remarks():
        raise error

    return remarks


def test_a_source_has_no_notes_of_its_own_accord():
    assert notes_after_a_read(()) == ()


def test_notes_show_after_a_read_and_go_when_the_source_drops_them():
    source = Scripted()
    source.remarks = iter([[LATE], []]).__next__
    rig = Rig(plan(source))

    assert rig.status().notes == ()
    rig.start().run(0)
    assert (LATE,) == rig.status().notes
    rig.run(10)
    assert rig.status().notes == ()


def test_notes_are_asked_for_after_a_failure_too():
    source = Scripted(SourceUnavailableError("gone"))
    source.remarks = [LATE]
    rig = Rig(plan(source))
    rig.start().run(0)

    assert (SourceState.FAILING, (LATE,)) == (rig.status().state, rig.status().notes)


def test_a_source_without_notes_is_not_asked_behind_the_border():
    rig = Rig(plan(Talking(lambda emit, stop: None)))

    assert rig.sampling._benches[0].notes._has_none


def test_eight_notes_are_kept_even_of_an_endless_row():
    assert tuple("01234567") == notes_after_a_read(lambda: map(str, itertools.count()))


def test_a_note_is_one_line_and_empty_ones_do_not_count():
    assert ("two lines",) == notes_after_a_read(["", " two\n  lines\n", "\t"])


def test_a_long_note_is_cut_at_200_characters():
    [exact, cut] = notes_after_a_read(["x" * 200, "y" * 201])

    assert "x" * 200 == exact
    assert "y" * 197 + "..." == cut


@pytest.mark.parametrize(
    ("remarks", "words"),
    [
        (
            raising(KeyError("no")),
            "plugin 'probe' (fake 1.2): notes failed at test_notes_of_source",
        ),
        (raising(SystemExit(1)), "plugin 'probe' (fake 1.2): notes failed at "),
        (raising(SourceFaultError("odd")), "odd"),
        (LATE, "notes must be a sequence of strings, not one string"),
        ([LATE, 3], "a note must be a string, not a int"),
        (None, "'NoneType' object is not iterable"),
    ],
)
def test_notes_that_fail_cost_nothing_but_show(remarks, words):
    [note] = notes_after_a_read(remarks)

    assert note.startswith("its notes are not known: ")
    assert words in note
    assert len(note) <= 200


def test_a_listening_source_is_asked_after_each_reading_and_after_its_end():
    seen = []

    class Noting(Talking):
        notes = property(lambda self: list(self.said))
        said = ()

    def listen(emit, stop):
        for number in range(2):
            source.said = [f"after {number}"]
            emit(Reading(values={"m": 1.0}))
            seen.append(rig.status().notes)
        source.said = ["after the end"]

    source = Noting(listen)
    rig = Rig(plan(source))
    rig.start().run(0)

    assert [("after 0",), ("after 1",)] == seen
    assert ("after the end",) == rig.status().notes
