"""Everything that a plugin may use is documented: the hooks, and what the package exports."""

import importlib
import re

import pytest
from markdown_pages import ROOT
from public_names import documented
from reference_tables import NAMES_PAGE, refreshed, tables

from collector.plugin import hooks
from collector.testkit import pytest_plugin

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


KIT = GUIDE.partition("## Fakes and whole runs\n")[2].partition("\n## ")[0]
PLACES = re.findall(r"((?:`\w+`, )+)`(collector\.testkit[.\w]+)`", KIT)


def test_each_fixture_of_the_kit_is_documented():
    fixtures = {
        name for name, each in vars(pytest_plugin).items() if hasattr(each, "_fixture_function")
    }

    assert fixtures - {"contract_subjects"} == set(re.findall(r"^\| `(\w+)` \|", KIT, re.MULTILINE))


@pytest.mark.parametrize(("names", "module"), PLACES, ids=[module for _, module in PLACES])
def test_the_classes_of_the_kit_are_where_the_guide_says(names, module):
    found = vars(importlib.import_module(module))

    assert [] == [name for name in re.findall(r"\w+", names) if name not in found]
