"""From a configuration file to a `Config`, or to every complaint about it at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from collector.clock import Clock, SystemClock
from collector.config import checks, defaults, files
from collector.config.anchor import Anchor
from collector.config.complaints import Complaints, not_allowed
from collector.config.kind_checks import ask_kinds
from collector.config.link_checks import check_links
from collector.config.models import (
    AgentTable,
    CollectorTable,
    DeliveryTable,
    FiguresTable,
    LogTable,
    RingTable,
    SpoolTable,
    WebTable,
)
from collector.config.promise_checks import check_promises
from collector.config.references import References
from collector.config.source import SourceConfig
from collector.config.sources import SourceReader
from collector.config.transform_checks import sent_metrics
from collector.config.validation import ModelT, validate
from collector.config.web_checks import check_web
from collector.plugin.loader import PluginLoader
from collector.plugin.source import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration that has passed every check.

    Attributes:
        path: The main file.
        collector: ``[collector]``.
        agent: ``[agent]``.
        ring: ``[ring]``.
        spool: ``[spool]``.
        delivery: ``[delivery]``.
        figures: ``[figures]``.
        web: ``[web]``.
        log: ``[log]``.
        sources: The ``[[source]]`` tables in the order of the files; may be empty.
        warnings: What kinds have to say of their sources that may run as they are, one line each in
            the form of a complaint.
        sends: The metrics that each source with transforms sends, by its name; none for one that
            tells its metrics only when it is open.
    """

    path: Path = field(compare=False)
    collector: CollectorTable
    agent: AgentTable
    ring: RingTable
    spool: SpoolTable
    delivery: DeliveryTable
    figures: FiguresTable
    web: WebTable
    log: LogTable
    sources: tuple[SourceConfig, ...]
    warnings: tuple[str, ...] = field(default=(), compare=False)
    sends: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict, compare=False)


TABLES: Mapping[str, Any] = MappingProxyType(
    {
        "collector": CollectorTable,
        "agent": AgentTable,
        "ring": RingTable,
        "spool": SpoolTable,
        "delivery": DeliveryTable,
        "figures": FiguresTable,
        "web": WebTable,
        "log": LogTable,
    }
)
"""The single tables of a configuration, by their keys."""


def load(
    path: Path,
    *,
    simulate: bool = False,
    strict: bool = False,
    environ: Mapping[str, str] | None = None,
    loader: PluginLoader | None = None,
    clock: Clock | None = None,
) -> Config:
    """Read, resolve and check a configuration.

    Args:
        path: The main file; ``<name>.d/*.toml`` beside it is read as well.
        simulate: The sources will be simulated: one whose kind has no simulator is marked broken.
        strict: A plugin that is installed but broken is a complaint; by default its sources are
            marked broken, so that the others can run. And whether there is the time for all that is
            to be read is checked as well.
        environ: The environment for references and defaults; by default that of the process.
        loader: The installed plugins; only those that the configuration names are imported.
        clock: Handed to the sources that are made, and not opened, to check their settings.

    Raises:
        ConfigError: One line per complaint, in the order of their places.
    """
    environ = os.environ if environ is None else environ
    document = files.read(path)
    complaints = Complaints(document.places, texts=document.texts)
    references = References(environ, path.parent)
    complaints.references = references.resolved
    data = references.resolve(document.data, (), complaints)
    anchor = Anchor(path.parent, complaints)
    tables = _Tables(data, anchor)
    tables.refuse_unknown()
    collector = tables.collector(environ)
    agent, ring, spool, delivery, figures, web, log = (
        tables.read(TABLES[key], key)
        for key in ("agent", "ring", "spool", "delivery", "figures", "web", "log")
    )
    check_web(web, complaints)
    reader = SourceReader(
        loader=loader or PluginLoader(),
        clock=clock or SystemClock(),
        anchor=anchor,
        simulate=simulate,
        strict=strict,
    )
    found = reader.read(tables.sources())
    checks.check(found, complaints)
    checks.check_figures(figures, found, complaints)
    ask_kinds(found, tables.sources(), complaints)
    if strict:  # what it costs is for those who look, not for a start
        check_links(found, complaints)
        check_promises(found, complaints)
    sends = {
        item.source.name: tuple(sent_metrics(item, complaints))
        for item in found
        if item.source.transforms
    }
    complaints.raise_if_any()
    return Config(
        path=path,
        collector=collector,
        agent=agent,
        ring=ring,
        spool=spool,
        delivery=delivery,
        figures=figures,
        web=web,
        log=log,
        sources=tuple(item.source for item in found),
        warnings=complaints.warnings,
        sends=sends,
    )


def load_state_dir(path: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Return the state directory that a configuration names, whatever else is wrong with it.

    Args:
        path: The main file.
        environ: The environment for references and defaults; by default that of the process.

    Raises:
        ConfigError: It is no TOML, or ``[collector]`` is wrong.
    """
    environ = os.environ if environ is None else environ
    document = files.read(path)
    complaints = Complaints(document.places)
    references = References(environ, path.parent)
    complaints.references = references.resolved
    key = "collector"
    data = {key: references.resolve(document.data.get(key, {}), (key,), complaints)}
    table = _Tables(data, Anchor(path.parent, complaints)).collector(environ)
    complaints.raise_if_any()
    return table.state_dir


@dataclass(frozen=True, slots=True)
class _Tables:
    data: Mapping[str, Any]
    anchor: Anchor

    @property
    def complaints(self) -> Complaints:
        return self.anchor.complaints

    def refuse_unknown(self) -> None:
        allowed = [f"[{key}]" for key in TABLES] + ["[[source]]"]
        for key in self.data:
            if self.complaints.is_full:
                return
            if key not in TABLES and key != "source":
                message = not_allowed("unknown table", f"[{key}]", allowed)
                self.complaints.add((key,), message)

    def read(self, model: type[ModelT], key: str) -> ModelT:
        return self._validated(model, key, self._table(key))

    def collector(self, environ: Mapping[str, str]) -> CollectorTable:
        given = {"state_dir": str(defaults.state_dir(environ)), **self._table("collector")}
        return self._validated(CollectorTable, "collector", given)

    def sources(self) -> list[Any]:
        sources = self.data.get("source", [])
        if isinstance(sources, list):
            return sources
        self.complaints.add(("source",), "must be a list of tables: write [[source]]")
        return []

    def _table(self, key: str) -> dict[str, Any]:
        table = self.data.get(key, {})
        if isinstance(table, dict):
            return table
        self.complaints.add((key,), f"must be a table: write [{key}]")
        return {}

    def _validated(self, model: type[ModelT], key: str, table: Mapping[str, Any]) -> ModelT:
        # where it does not fit, the complaint ends the loading once all are collected
        return self.anchor.held(validate(model, table, (key,), self.complaints) or model(), (key,))
