"""The page about the status page is true: its keys, its metrics, its routes and its bounds."""

import re
from pathlib import Path

from page_snapshot import SNAPSHOT

from collector.config import WebTable, load
from collector.config.model_keys import keys_of
from collector.web.app import ROUTES
from collector.web.exposition import CONTENT_TYPE
from collector.web.history import MAX_SERIES, TREND_POINTS
from collector.web.metrics import FAMILIES

PAGE = (Path(__file__).parents[2] / "docs" / "status-page.md").read_text("utf-8")


def test_every_key_is_on_it_with_its_default():
    section = PAGE.partition("## Configuration")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", section, re.MULTILINE))

    defaults = {
        key: f"`{value}`".replace("'", '"').replace("`False`", "`false`").replace("()", "[]")
        for key, value in WebTable().model_dump().items()
    }
    defaults |= {"host": f'`"{WebTable().host}"`', "token_file": "none"}
    assert set(keys_of(WebTable)) == rows.keys()
    assert defaults == rows


def test_its_configurations_load(tmp_path):
    token = tmp_path / "web.token"
    token.write_text("0123456789abcdef")
    token.chmod(0o600)

    for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        file = tmp_path / "collector.toml"
        file.write_text(text)
        assert load(file).web.enabled


def test_every_metric_is_on_it_as_it_is():
    snapshot = {**SNAPSHOT, "spool": {**SNAPSHOT["spool"], "oldest_age_s": 1.0}}
    rows = re.findall(r"^\| `(collector_\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$", PAGE, re.MULTILINE)

    expected = []
    for family in FAMILIES:
        labels = next(iter(family.samples(snapshot)))[0]
        expected.append(
            (family.full_name, family.type, ", ".join(f"`{each}`" for each in labels), family.help)
        )
    assert expected == rows


def test_every_route_is_on_it():
    rows = re.findall(r"^\| `(/[a-z/]*)(?:\?[^`]*)?` \|", PAGE, re.MULTILINE)

    assert [route for route in ROUTES if not route.startswith("/static/")] == rows


def test_its_figures_are_those_of_the_code():
    assert f"more\nthan {MAX_SERIES} metrics" in PAGE
    assert f"Up to {TREND_POINTS} points" in PAGE
    assert f"text format {re.findall(r'version=([0-9.]+);', CONTENT_TYPE)[0]}" in PAGE
