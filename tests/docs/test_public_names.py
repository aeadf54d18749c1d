"""Everything that a plugin may use is documented: the hooks, and what the package exports."""

from markdown_pages import ROOT
from public_names import documented
from reference_tables import NAMES_PAGE, refreshed, tables

from collector.plugin import hooks

PAGE = NAMES_PAGE.read_text("utf-8")
GUIDE = (ROOT / "docs" / "writing-a-plugin.md").read_text("utf-8")


def test_each_hook_is_documented():
    names = [name for name in vars(hooks) if name.startswith("collector_")]

    assert names
    assert [] == [name for name in names if name not in GUIDE or f"`{name}`" not in PAGE]


def test_each_public_name_says_what_it_is():
    assert [] == [name for name, text in documented().items() if not text]


def test_the_table_of_public_names_is_that_of_the_package():
    assert refreshed(PAGE, tables()) == PAGE, "run 'python tests/reference_tables.py'"
