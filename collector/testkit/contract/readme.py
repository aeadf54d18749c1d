"""The README of a distribution, and the table of metrics in it."""

import importlib.metadata
import json
import re
from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ROW = re.compile(r"^\| `([^`|]+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
_PLACEHOLDER = re.compile("<[^>]+>")


def readme_of(distribution: str) -> str:
    """Return the README of a distribution; empty if it has none.

    One that is installed in editable mode is read where it is edited: its metadata has the README
    as it was when it was installed.
    """
    try:
        found = importlib.metadata.distribution(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return ""
    try:
        return (_edited_in(found) / "README.md").read_text("utf-8")
    except OSError:
        text: object = found.metadata.get("Description") or found.metadata.get_payload()  # type: ignore[attr-defined]
        return text if isinstance(text, str) else ""


def _edited_in(distribution: Distribution) -> Path:
    """Return the directory that it was installed from in editable mode.

    Raises:
        FileNotFoundError: It was not (PEP 610).
    """
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        raise FileNotFoundError(distribution.name)
    return Path(unquote(urlsplit(origin["url"]).path))


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
