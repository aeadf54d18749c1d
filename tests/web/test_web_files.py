"""The files of the page: our own and one library, whole, and nothing from anywhere else."""

import hashlib
import re
import tomllib

import pytest

from collector.ledger import DropCause, RefusalReason
from collector.status import DeliveryState, SourceState
from collector.web.assets import FOLDER, read_assets

UPLOT = FOLDER / "uplot"
OURS = sorted(file for file in FOLDER.iterdir() if file.is_file())


def test_the_vendored_library_is_what_was_taken():
    record = tomllib.loads((UPLOT / "VENDORED.toml").read_text())

    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in UPLOT.iterdir()
        if file.name != "VENDORED.toml"
    }

    assert record["sha256"] == found
    assert "MIT" in (UPLOT / "LICENSE").read_text()
    assert f"uPlot (v{record['version']})" in (UPLOT / "uPlot.iife.min.js").read_text()


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_no_file_of_ours_asks_another_host(file):
    hosts = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z][^\s\"']*", file.read_text("utf-8"))

    assert {"http://www.w3.org/2000/svg"} >= set(hosts)


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_no_file_of_ours_needs_what_the_policy_forbids(file):
    text = file.read_text("utf-8")

    assert not re.search(
        r"<script>|<style|\sstyle=|\son[a-z]+=\"|innerHTML|\beval\(|javascript:", text
    )


def test_every_file_that_is_named_is_there():
    assets = read_assets()
    text = "\n".join(asset.body.decode() for asset in assets.values())

    named = set(re.findall(r"\"/static/([^\"]+)\"", text))
    imported = set(re.findall(r"from \"\./([^\"]+)\"", text))

    assert named | imported <= assets.keys()


@pytest.mark.parametrize("words", [DropCause, RefusalReason, DeliveryState, SourceState])
def test_every_code_has_its_words(words):
    text = (FOLDER / "words.js").read_text("utf-8")

    assert [] == [each.value for each in words if f"  {each.value}: " not in text]


def test_licences_and_records_are_not_served():
    assert not [path for path in read_assets() if "LICENSE" in path or "toml" in path]
