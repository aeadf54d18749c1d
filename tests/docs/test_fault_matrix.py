"""The fault matrix in the docs is whole, and what it says can be run again."""

from pathlib import Path

from faults.fault_catalogue import CATALOGUE
from faults.fault_plugin import row_id_of
from faults.fault_row import Row
from faults.fault_table import FILE, cells, lines_by_id, text_of

ROOT = Path(__file__).parents[2]
TEXT = FILE.read_text("utf-8")
COUNTS = {"A": 14, "B": 7, "C": 8, "D": 8, "E": 7, "F": 4, "G": 9, "H": 7, "I": 16}


def test_the_catalogue_has_its_eighty_rows():
    wanted = [f"{letter}{n + 1}" for letter, count in COUNTS.items() for n in range(count)]

    assert 80 == len(wanted)
    assert wanted == list(CATALOGUE)


def test_the_table_has_each_row_of_the_catalogue_once_and_in_order():
    ids = [line.split("|")[1].strip() for line in TEXT.splitlines() if line.startswith("| ")][1:]

    assert list(CATALOGUE) == [row_id for row_id in ids if row_id != "---"]


def test_each_passing_row_names_its_test():
    for row_id, line in lines_by_id(TEXT).items():
        row = cells(line)
        if row["verdict"] == "passes":
            file = ROOT / row["test"].strip("`")
            assert file.exists(), line
            assert row_id == row_id_of(file)


def test_each_row_that_does_not_pass_says_why():
    for line in lines_by_id(TEXT).values():
        verdict, _, reason = cells(line)["verdict"].partition(":")
        assert verdict in ("passes", "fails", "not run"), line
        assert verdict == "passes" or reason.strip(), line


def test_no_two_files_hold_the_same_row():
    ids = [row_id_of(path) for path in sorted((ROOT / "tests" / "faults").glob("test_*.py"))]

    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_each_row_that_allows_no_missed_tick_runs_alone():
    for path in sorted((ROOT / "tests" / "faults").glob("test_*.py")):
        text = path.read_text("utf-8")
        if "assert_others_are_well(" in text or "assert 0 == missed" in text:
            assert "pytest.mark.alone" in text, path.name


def test_rows_that_did_not_run_stay_as_they_were():
    former = text_of([Row(id="A1", verdict="passes", accepted=7, stored=7, test="a")])

    text = text_of([Row(id="A2", verdict="fails: why | not")], former)

    assert "7" == cells(lines_by_id(text)["A1"])["stored"]
    assert "fails: why / not" == cells(lines_by_id(text)["A2"])["verdict"]
    assert "1 of 80 rows pass. What fails (1) or was not run (78) says why" in text


def test_a_short_run_takes_the_place_of_no_stated_row():
    former = text_of([Row(id="A1", form="stated", verdict="passes", accepted=7)])

    text = text_of([Row(id="A1", form="short", verdict="passes", accepted=2)], former)

    assert "7" == cells(lines_by_id(text)["A1"])["accepted"]
