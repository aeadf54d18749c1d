"""`from collector import ...` is all that a plugin needs, and everything of it is real."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from public_interface import FILE, interface

import collector
from collector.plugin.compatibility import right_bounds

SOURCE = Path(collector.__file__)


def imported_for_type_checkers():
    tree = ast.parse(SOURCE.read_text("utf-8"))
    return {
        (alias.name, node.module)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("name", collector.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(collector, name) is not None


def test_type_checkers_see_the_same_names_from_the_same_modules():
    assert {(name, collector._HOME[name]) for name in collector.__all__} == (
        imported_for_type_checkers()
    )


def test_the_names_are_sorted_and_complete():
    assert sorted(collector.__all__, key=str.lower) == sorted(collector._HOME, key=str.lower)
    assert list(collector.__all__) == sorted(collector.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = collector.nonsense


@pytest.mark.parametrize("name", collector.__all__)
def test_every_public_name_is_documented(name):
    module = importlib.import_module(collector._HOME[name])
    thing = getattr(module, name)
    if isinstance(thing, type) or callable(thing):
        documented = bool(getattr(thing, "__doc__", ""))
    else:
        documented = False
    text = Path(module.__file__).read_text("utf-8")
    assert documented or f"{name} = " in text


def test_importing_the_package_loads_nothing_heavy():
    code = "import collector, sys; print(sorted({'pydantic', 'pluggy', 'paho'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_the_guide_of_plugins_lists_every_public_name_and_no_other():
    guide = (SOURCE.parents[1] / "docs" / "writing-a-plugin.md").read_text("utf-8")
    section = guide.partition("## All that may be imported\n")[2].partition("\n## ")[0]

    assert list(collector.__all__) == re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_nothing_that_plugins_rely_on_changes_unseen():
    assert FILE.read_text("utf-8") == interface(), (
        "docs/compatibility.md promises this; if it may change: python tests/public_interface.py"
    )


def test_the_promises_of_compatibility_show_the_bounds_that_packages_write():
    page = (SOURCE.parents[1] / "docs" / "compatibility.md").read_text("utf-8")

    assert f'dependencies = ["{right_bounds(collector.__version__)}"]' in page
