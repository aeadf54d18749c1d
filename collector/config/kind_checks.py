"""Asks each kind what it has to say of all its sources together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collector.config.complaints import Complaints
from collector.config.sources import Found, configured
from collector.plugin.border import PluginFault
from collector.plugin.configured import Complaint
from collector.plugin.patience import CALL_LIMIT_S, bounded


def ask_kinds(found: Sequence[Found], tables: Sequence[Any], complaints: Complaints) -> None:
    """Ask every kind with a check, once, unless something is wrong with one of its sources already.

    Args:
        found: The sources.
        tables: The ``[[source]]`` tables of all, the wrong ones too.
        complaints: Gets what the kinds say.
    """
    wrong = [
        table.get("plugin")
        for index, table in enumerate(tables)
        if isinstance(table, dict) and complaints.concern(("source", index))
    ]
    of_kind: defaultdict[str, list[Found]] = defaultdict(list)
    for item in found:
        if item.made is not None and not item.source.broken:
            of_kind[item.source.plugin].append(item)
    for name, items in of_kind.items():
        if name not in wrong:
            _ask(name, items, complaints)


def _ask(name: str, items: Sequence[Found], complaints: Complaints) -> None:
    kind = items[0].source.kind
    if kind is None or kind.check is None:
        return
    check = kind.check
    sources = [configured(item.source, item.made) for item in items if item.made is not None]
    indexes = {item.source.name: item.index for item in items}
    try:
        said = bounded(
            f"plugin {name!r}", "check()", lambda: _usable(check(sources), indexes), CALL_LIMIT_S
        )
    except PluginFault as fault:
        complaints.add(("source", items[0].index, "plugin"), f"plugin {name!r} is broken: {fault}")
        return
    for complaint in said:
        add = complaints.warn if complaint.is_warning else complaints.add
        path = ("source", indexes[complaint.source], *complaint.path)
        add(path, " ".join(complaint.message.split()))


def _usable(said: Iterable[object], names: Mapping[str, int]) -> list[Complaint]:
    """Return what a check said, out of the plugin's hands.

    Raises:
        TypeError: It is no complaint, or its parts are not what they should be.
        ValueError: It is about no source that was asked about.
    """
    complaints = []
    for complaint in said:
        if not isinstance(complaint, Complaint):
            raise TypeError(f"gave a {type(complaint).__name__} where a Complaint is due")
        parts: tuple[object, ...] = (complaint.source, complaint.message, *complaint.path)
        if not all(type(part) in (str, int) for part in parts):
            raise TypeError(f"a Complaint holds strings, and keys and indexes, not {parts!r}")
        if complaint.source not in names:
            raise ValueError(f"complains about {complaint.source!r}, which is no source of it")
        complaints.append(complaint)
    return complaints
