"""The page for operators has a row for each alarm, each state and each cause of a drop."""

import re
from pathlib import Path

import pytest

from collector.ledger import DropCause
from collector.service.alarms import AlarmKind
from collector.status import DeliveryState, SourceState

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")


def rows(title):
    """Return what stands in the first cells of the table under a title."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n#")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Status", AlarmKind),
        ("States of a source", SourceState),
        ("States of the way to the agent", DeliveryState),
        ("Why values were dropped", DropCause),
    ],
)
def test_the_page_has_a_row_for_each(title, names):
    assert sorted(each.value for each in names) == sorted(rows(title))
