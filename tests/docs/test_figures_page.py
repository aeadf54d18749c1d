"""The page on the collector's own figures lists exactly what there is."""

import re
import tomllib
from pathlib import Path

from collector.config import FiguresTable
from collector.service.figures import FIGURES

PAGE = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \| `?([\w.]+)`? \| (.+) \|$", re.MULTILINE)


def test_every_metric_is_there_with_its_unit_and_no_other_is():
    documented = [(name, kind) for name, kind, _ in ROW.findall(PAGE)]

    expected = [
        (metric.id, metric.unit.value if metric.unit else metric.annotation or metric.type.value)
        for metric in (figure.metric for figure in FIGURES)
    ]
    assert expected == documented


def test_the_table_of_the_configuration_shows_the_defaults():
    block = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]

    assert FiguresTable() == FiguresTable(**tomllib.loads(block)["figures"])
