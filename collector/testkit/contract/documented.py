"""Checks that the README says what the code does."""

import re
from collections.abc import Mapping

from collector.plugin.source import Metric
from collector.testkit.contract.check import BrokenPromiseError, LeftOutError, require
from collector.testkit.contract.given import seen
from collector.testkit.contract.readme import documented, fits
from collector.testkit.contract.subject import Subject

HEADINGS = (
    "What it reads",
    "Configuration",
    "Metrics",
    "Permissions and wiring",
    "Errors",
    "Example output",
)


def the_readme_has_the_headings_of_every_plugin(subject: Subject) -> None:
    """The README has the headings that every plugin's has, in their order."""
    found = tuple(re.findall(r"^## (.*)$", _readme(subject), re.MULTILINE))
    require(found == HEADINGS, f"its headings are {list(found)}: they should be {list(HEADINGS)}")


def the_readme_holds_the_example(subject: Subject) -> None:
    """The README holds the example, word for word, as a block of TOML."""
    block = f"```toml\n{subject.kind.example.rstrip()}\n```"
    require(block in _readme(subject), "it does not: copy example.toml into its block ```toml")


def the_readme_lists_the_metrics(subject: Subject) -> None:
    """The README's table of metrics says id, type and unit of each."""
    metrics = seen(subject).metrics
    rows = documented(_readme(subject))
    if not rows:
        raise LeftOutError("its metrics are the user's: no row of the table names one")
    wrong = [fault for metric in metrics if (fault := _fault(metric, rows))]
    require(not wrong, "; ".join(wrong))


def _fault(metric: Metric, rows: Mapping[str, set[tuple[str, str]]]) -> str:
    told = [row for name, found in rows.items() if fits(name, metric.id) for row in found]
    units = {str(metric.unit or metric.annotation or "-"), metric.unit_text}
    if any(kind == str(metric.type) and unit in units for kind, unit in told):
        return ""
    right = f"| `{metric.id}` | {metric.type} | {metric.unit_text or '-'} |"
    return (
        f"the table lists {metric.id!r} as {sorted(told)}, not as {right}"
        if told
        else (f"the table has no row {right}")
    )


def _readme(subject: Subject) -> str:
    if not subject.readme:
        raise BrokenPromiseError(
            f"{subject.package} has no README.md, and {subject.plugin.distribution} none in its"
            ' metadata: readme = "README.md" in pyproject.toml'
        )
    return subject.readme
