"""The page on the configuration has each table and key, and its examples load as it says."""

import re
import tomllib

import pytest
from markdown_pages import ROOT
from reference_tables import CONFIGURING_PAGE, refreshed, tables

from collector.cli import main
from collector.config import load
from collector.config.loading import TABLES
from collector.config.model_keys import keys_of
from collector.config.models import SourceKeys
from collector.plugin.settings import byte_count, seconds
from collector.service.changes import FIXED_TABLES

PAGE = CONFIGURING_PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
[MISTAKES] = [block for block in BLOCKS if "inventry" in block]
FILE = (ROOT / "config" / "collector.toml").read_text("utf-8")
REFRESH = "run 'python tests/reference_tables.py'"
DEPENDENT = {
    *("state_dir", "client_name", "server_name", "token_file", "names"),
    *("directory", "max_age", "replay_rate"),
}
"""Keys whose example in the file is no default: they depend on the machine, or have none."""


def test_the_tables_are_those_of_the_models():
    assert refreshed(PAGE, tables()) == PAGE, REFRESH


def test_each_table_of_the_configuration_is_there():
    assert [*TABLES, "source"] == re.findall(r"<!-- keys: (\w+) -->", PAGE)


@pytest.mark.parametrize("block", [each for each in BLOCKS if each is not MISTAKES])
def test_an_example_loads(block, tmp_path):
    (tmp_path / "name").write_text("gateway-07\n")
    file = tmp_path / "collector.toml"
    file.write_text(block)

    assert load(file, environ={})


def test_the_mistakes_are_told_in_the_words_of_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(MISTAKES)
    [told] = re.findall(r"gives\n\n```\n(.*?)```", PAGE, re.DOTALL)

    assert 78 == main(["check", "--config", "bad.toml"])
    assert told == capsys.readouterr().err


def documented(table):
    """Return the keys of a table in config/collector.toml, with the values that it shows."""
    head = "[[source]]" if table == "source" else f"[{table}]"
    text = re.search(rf"^{re.escape(head)}$(.*?)(?=^\[|\Z)", FILE, re.MULTILINE | re.DOTALL)[1]
    lines = re.findall(r"^(?:# )?(\w+ = .+)$", text, re.MULTILINE)
    return tomllib.loads("\n".join(lines))


@pytest.mark.parametrize("table", [*TABLES, "source"])
def test_the_configuration_file_shows_each_key(table):
    model = SourceKeys if table == "source" else TABLES[table]

    assert set(keys_of(model)) == set(documented(table))


@pytest.mark.parametrize("table", TABLES)
def test_the_configuration_file_shows_the_defaults(table):
    model = TABLES[table]
    shown = {key: value for key, value in documented(table).items() if key not in DEPENDENT}

    given = model(**shown)

    expected = {key: getattr(model(), key) for key in shown}
    assert expected == {key: getattr(given, key) for key in shown}


@pytest.mark.parametrize("text", ["250ms", "10s", "5min", "1h", "30d"])
def test_durations_are_written_as_the_page_says(text):
    assert f'`"{text}"`' in PAGE
    assert seconds(text) > 0


@pytest.mark.parametrize("unit", ["kB", "MB", "GB", "KiB", "MiB", "GiB"])
def test_sizes_are_written_as_the_page_says(unit):
    assert f"`{unit}`" in PAGE
    assert byte_count(f"1{unit}") >= 1000


def test_the_tables_that_take_a_restart_are_named():
    [sentence] = re.findall(r"a change in\s(.*?) is refused", PAGE, re.DOTALL)

    assert list(FIXED_TABLES) == re.findall(r"`\[(\w+)\]`", sentence)
