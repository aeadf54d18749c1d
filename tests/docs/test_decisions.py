"""The decisions have unique numbers, one form, and an index that names them all."""

import re

import pytest
from markdown_pages import ROOT

FOLDER = ROOT / "docs" / "decisions"
FILES = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Figures"]


def title_of(file):
    return file.read_text("utf-8").splitlines()[0]


def test_each_number_is_given_once_without_a_gap():
    assert list(range(1, len(FILES) + 1)) == [int(file.name[:4]) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_decision_has_its_number_and_the_four_sections(file):
    sections = re.findall(r"^## (.+)$", file.read_text("utf-8"), re.MULTILINE)

    assert title_of(file).startswith(f"# {int(file.name[:4])}. ")
    assert SECTIONS == sections


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_section_is_empty(file):
    _, *texts = re.split(r"^## .+$", file.read_text("utf-8"), flags=re.MULTILINE)

    assert [] == [text for text in texts if not text.strip()]


def test_the_index_has_each_decision_with_its_title():
    index = (FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", index, re.MULTILINE)

    assert [
        (title_of(file)[2:].partition(". ")[0], title_of(file).partition(". ")[2], file.name)
        for file in FILES
    ] == rows
