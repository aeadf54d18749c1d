"""Turns ``[[source]]`` tables into sources, each with the settings model of its own kind."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.clock import Clock
from collector.config.anchor import Anchor
from collector.config.complaints import Complaints, not_allowed
from collector.config.model_keys import keys_of
from collector.config.models import Isolation, SourceKeys
from collector.config.positions import Path
from collector.config.source import SourceConfig
from collector.config.transforms import read_transforms
from collector.config.validation import validate
from collector.errors import ConfigError, PluginError
from collector.plugin.border import PluginFault
from collector.plugin.configured import ConfiguredSource
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.settings import ConfigModel
from collector.plugin.source import Group, ListeningSource, Source
from collector.plugin.tape import NO_TAPE, Tape
from collector.transforms.settings import TransformSettings

COMMON_KEYS = keys_of(SourceKeys)


@dataclass(frozen=True, slots=True)
class Found:
    """A source and what a first look at it showed.

    Attributes:
        source: The source.
        index: Which ``[[source]]`` table it is, from 0.
        made: The object, made once to check the settings and never opened; None if it is broken or
            its settings are wrong.
    """

    source: SourceConfig
    index: int
    made: Source | None


@dataclass(frozen=True, slots=True)
class _Parsed:
    index: int
    keys: SourceKeys | None = None
    kind: SourceKind | None = None
    settings: ConfigModel | None = None
    transforms: tuple[TransformSettings, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReader:
    """Reads the ``[[source]]`` tables.

    Attributes:
        loader: Knows the installed kinds.
        clock: Handed to sources that are made for a check.
        anchor: Holds the relative paths in settings, and gets everything that is wrong.
        simulate: Whether a kind without a simulator makes its sources broken ones.
        strict: Whether a broken plugin is a complaint; else its sources are marked as broken.
    """

    loader: PluginLoader
    clock: Clock
    anchor: Anchor
    simulate: bool
    strict: bool

    @property
    def complaints(self) -> Complaints:
        """Everything that is wrong so far."""
        return self.anchor.complaints

    def read(self, tables: Sequence[Any]) -> list[Found]:
        """Return the sources whose common keys are right; what is wrong is complained about."""
        parsed = [self._parsed(index, table) for index, table in enumerate(tables)]
        named = [each for each in parsed if each.keys is not None]
        names = unique_names([each.keys for each in named if each.keys is not None])
        found = [self._found(each, name) for each, name in zip(named, names, strict=True)]
        return [item for item in found if item is not None]

    def _parsed(self, index: int, table: Any) -> "_Parsed":  # noqa: ANN401 - any TOML value
        at: Path = ("source", index)
        if not isinstance(table, dict):
            self.complaints.add(at, "must be a table: write [[source]]")
            return _Parsed(index)
        common = {key: value for key, value in table.items() if key in COMMON_KEYS}
        keys = validate(SourceKeys, common, at, self.complaints)
        transforms = read_transforms(keys.transform if keys else (), at, self.complaints)
        try:
            kind = self._kind(table.get("plugin"), at)
        except PluginError as error:
            return _Parsed(index, keys, transforms=transforms, broken=str(error))
        if kind is None:
            return _Parsed(index)
        own = {key: value for key, value in table.items() if key not in COMMON_KEYS}
        try:
            settings = bounded(
                f"plugin {kind.name!r}",
                "checking its settings",
                lambda: validate(kind.settings, own, at, self.complaints, COMMON_KEYS),
                CALL_LIMIT_S,
            )
        except PluginFault as fault:
            broken = f"plugin {kind.name!r} is broken: {fault}"
            return _Parsed(index, keys, transforms=transforms, broken=broken)
        if settings is not None:
            settings = self.anchor.held(settings, at)
        return _Parsed(index, keys, kind, settings, transforms)

    def _kind(self, name: object, at: Path) -> SourceKind | None:
        if not isinstance(name, str):
            return None
        installed = [plugin.name for plugin in self.loader.installed()]
        if name not in installed:
            what = f"no plugin {name!r} is installed"
            self.complaints.add((*at, "plugin"), not_allowed(what, name, installed))
            return None
        kind = self.loader.load(name)
        clash = sorted(set(keys_of(kind.settings)) & set(COMMON_KEYS))
        if clash:
            raise PluginError(name, f"is broken: every source has a key {clash[0]!r} already")
        return kind

    def _found(self, parsed: "_Parsed", name: str) -> Found | None:
        if parsed.keys is None:
            return None
        place = str(self.complaints.place_of(("source", parsed.index)))
        is_bundled = self.loader.is_bundled(parsed.keys.plugin)
        isolation: Isolation = "thread" if is_bundled else "process"
        source = dataclasses.replace(
            SourceConfig.of(parsed.keys, name, place, isolation), transforms=parsed.transforms
        )
        if parsed.broken:
            return self._broken(parsed.index, source, parsed.broken)
        if parsed.settings is None:
            return Found(source, parsed.index, None)
        source = dataclasses.replace(source, kind=parsed.kind, settings=parsed.settings)
        return self._made(parsed.index, source)

    def _made(self, index: int, source: SourceConfig) -> Found:
        try:
            made, needs_interval = bounded(
                f"{source.name}: plugin {source.plugin!r}",
                "making a source",
                lambda: _looked_at(make(source, source.settings, self.clock)),
                CALL_LIMIT_S,
                *(ValueError, ConfigError),
            )
        except ConfigError as error:
            self.complaints.add_lines(("source", index), error.complaints)
            return Found(source, index, None)
        except ValueError as error:
            self.complaints.add(("source", index), str(error))
            return Found(source, index, None)
        except PluginFault as fault:
            return self._broken(index, source, f"plugin {source.plugin!r} is broken: {fault}")
        if needs_interval and not source.interval:
            self.complaints.add(
                ("source", index, "interval"), "must be more than 0: this source is read in turns"
            )
        if self.simulate and source.kind is not None and source.kind.simulate is None:
            reason = f"plugin {source.plugin!r} has no simulator: left out by --simulate"
            source = dataclasses.replace(source, broken=reason)
        return Found(source, index, made)

    def _broken(self, index: int, source: SourceConfig, reason: str) -> Found:
        if self.strict:
            self.complaints.add(("source", index, "plugin"), reason)
        broken = dataclasses.replace(source, kind=None, settings=None, broken=reason)
        return Found(broken, index, None)


def configured(source: SourceConfig, made: Source) -> ConfiguredSource:
    """Return what a source's plugin sees of it in checks and commands.

    Args:
        source: The source; not a broken one.
        made: Its object, not opened.
    """
    return ConfiguredSource(
        name=source.name,
        sensor=source.sensor,
        settings=source.settings,
        interval_s=source.interval,
        timeout_s=source.timeout,
        source=made,
    )


def make(
    source: SourceConfig, settings: ConfigModel | None, clock: Clock, tape: Tape = NO_TAPE
) -> Source:
    """Make the source's object, which does no I/O; for one that is not broken.

    Args:
        source: The source.
        settings: Its own settings, or those that its simulator gave.
        clock: What it knows of time.
        tape: Where it notes what passes between it and its device.

    Raises:
        PluginError: The kind made something else than a source.
    """
    if source.kind is None:
        raise PluginError(source.plugin, source.broken)
    made = source.kind.create(settings, source.context(clock, tape))
    if not isinstance(made, Source):
        raise TypeError(f"create() made a {type(made).__name__}, not a Source")
    return made


def unique_names(keys: Sequence[SourceKeys]) -> list[str]:
    """Return the sources' names: those given, else the sensor's, numbered where it is taken."""
    taken = {item.name for item in keys if item.name is not None}
    names = []
    for item in keys:
        name = item.name or _free(item.sensor, taken)
        taken.add(name)
        names.append(name)
    return names


def _free(sensor: str, taken: Iterable[str]) -> str:
    name, number = sensor, 1
    while name in taken:
        number += 1
        name = f"{sensor}-{number}"
    return name


def _looked_at(made: Source) -> tuple[Source, bool]:
    return made, _needs_interval(made)


def _needs_interval(made: Source) -> bool:
    if isinstance(made, ListeningSource):
        return False
    groups: list[object] = [*made.groups]  # a plugin need not keep to its annotations
    return any(_checked(group).interval_s is None for group in groups)


def _checked(group: object) -> Group:
    if not isinstance(group, Group):
        raise TypeError(f"groups holds a {type(group).__name__}: give Group(...)")
    return group
