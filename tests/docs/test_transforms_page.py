"""The page about transforms is true: its examples are run, and every type and key is on it."""

import re
import tomllib
from pathlib import Path

import pytest
from transform_bed import Bed

from collector.config.model_keys import keys_of
from collector.plugin.source import Metric
from collector.transforms.functions import FUNCTIONS
from collector.transforms.kinds import KINDS
from collector.wire.units import detected_type

PAGE = (Path(__file__).parents[2] / "docs" / "transforms.md").read_text("utf-8")
SECTIONS = {
    title: text
    for title, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    if title != "What"
}
EXAMPLES = re.findall(
    r"```toml\n(\[\[source\.transform[^`]*)```\n\n\| at [^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", PAGE
)

FULL_MINUTE_MS = 1_700_000_040_000 - 1_700_000_000_000


def values(text):
    return tomllib.loads(f"values = {{{text}}}")["values"]


def rows(table):
    """Yield at which second what is given, and what is to be sent, with its own second."""
    for line in table.splitlines():
        at, given, sent = (cell.strip() for cell in line.strip("|").split("|"))
        at_s = float(at.removesuffix(" s"))
        wanted = [
            (float(of_s) if of_s else at_s, values(text))
            for text, of_s in re.findall(r"`([^`]+)`(?: \(of ([\d.]+) s\))?", sent)
        ]
        yield at_s, values(given.strip("`")), wanted


@pytest.mark.parametrize(("toml", "table"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_its_table_says(toml, table):
    tables = tomllib.loads(toml.replace("source.transform", "transform"))["transform"]
    steps = list(rows(table))
    metrics = {
        name: Metric(id=name, type=detected_type(value))
        for _, given, _ in steps
        for name, value in given.items()
    }
    bed = Bed(*tables, metrics=metrics.values())
    assert [] == bed.problems

    for at_s, given, wanted in steps:
        at_ms = FULL_MINUTE_MS + round(at_s * 1000)
        left = bed.put(at_ms, **given) if given else bed.flush(at_ms)

        assert wanted == [
            ((taken_ms - FULL_MINUTE_MS) / 1000, pytest.approx(sent)) for taken_ms, sent in left
        ]


def test_every_type_has_a_section_with_an_example_that_is_run():
    assert list(KINDS) == list(SECTIONS)
    run = "".join(toml for toml, _ in EXAMPLES)
    assert [] == [name for name in KINDS if f'type = "{name}"' not in run]


@pytest.mark.parametrize("name", KINDS)
def test_every_key_of_a_type_is_in_its_table(name):
    documented = re.findall(r"^\| `(\w+)` \|", SECTIONS[name], re.MULTILINE)

    assert sorted({*keys_of(KINDS[name].settings)} - {"type"}) == sorted(documented)


def test_every_function_of_formulas_is_on_the_page():
    assert [] == [name for name in FUNCTIONS if f"`{name}(" not in SECTIONS["compute"]]
