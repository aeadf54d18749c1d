"""The table of metrics in a README."""

import re
from collections.abc import Mapping

_ROW = re.compile(r"^\| `([^`|]+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
_PLACEHOLDER = re.compile("<[^>]+>")


def documented(readme: str) -> Mapping[str, set[tuple[str, str]]]:
    """Return type and unit by id, from the rows ``| `id` | type | unit | ...`` below Metrics.

    An id may hold placeholders: ``disk_<mount>_free``. What has several rows has several meanings.
    """
    section = readme.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    rows: dict[str, set[tuple[str, str]]] = {}
    for name, kind, unit in _ROW.findall(section):
        rows.setdefault(name, set()).add((kind, unit.strip().strip("`")))
    return rows


def fits(documented_id: str, metric_id: str) -> bool:
    """Tell whether a row of the table stands for a metric."""
    pattern = ".+".join(map(re.escape, _PLACEHOLDER.split(documented_id)))
    return re.fullmatch(pattern, metric_id) is not None


def told_in(readme: str, metric_id: str) -> bool:
    """Tell whether the table has a row for a metric."""
    return any(fits(name, metric_id) for name in documented(readme))
