"""Finds the installed kinds of source, and loads those that are asked for, one at a time."""

import difflib
import importlib.metadata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from collector.errors import PluginError
from collector.plugin import hooks
from collector.plugin.border import PluginFault, guarded
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A kind that an installed package offers, as far as its metadata tells: nothing is imported.

    Attributes:
        name: The kind, as the configuration names it.
        distribution: The package that offers it.
        version: The package's version.
        value: Where its code is, ``package.module``.
    """

    name: str
    distribution: str
    version: str
    value: str


class PluginLoader:
    """Knows what is installed and imports only what it is asked for.

    Every kind has a plugin manager of its own, so that a broken package costs nobody else anything.

    Args:
        entry_points: Where to look; by default the entry points of the installed packages.
    """

    def __init__(self, entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> None:
        if entry_points is None:
            entry_points = importlib.metadata.entry_points(group=hooks.ENTRY_POINT_GROUP)
        self._entry_points = {_described(entry_point): entry_point for entry_point in entry_points}
        self._loaded: dict[str, SourceKind] = {}

    def installed(self) -> tuple[InstalledPlugin, ...]:
        """Return every installed kind, sorted by name, without importing one."""
        return tuple(sorted(self._entry_points, key=lambda plugin: (plugin.name, plugin.value)))

    def load(self, name: str) -> SourceKind:
        """Import the package of one kind and return the kind; the second time from memory.

        Raises:
            PluginError: Nobody offers this kind, two packages do, or the package is broken.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(self._only(name))
        return self._loaded[name]

    def _only(self, name: str) -> InstalledPlugin:
        offers = [plugin for plugin in self.installed() if plugin.name == name]
        if not offers:
            raise PluginError(name, f"is not installed{self._instead_of(name)}")
        if len(offers) > 1:
            packages = " and ".join(f"{offer.distribution} {offer.version}" for offer in offers)
            raise PluginError(name, f"is offered by {packages}: uninstall all but one")
        return offers[0]

    def _instead_of(self, name: str) -> str:
        names = [plugin.name for plugin in self.installed()]
        if not names:
            return "; no plugin is"
        nearest = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        return f"{hint} (installed: {', '.join(dict.fromkeys(names))})"

    def _load(self, plugin: InstalledPlugin) -> SourceKind:
        module = _imported(plugin, self._entry_points[plugin])
        return _checked(plugin, _chosen(plugin, _offered_kinds(plugin, module)))


def _described(entry_point: importlib.metadata.EntryPoint) -> InstalledPlugin:
    distribution = entry_point.dist
    return InstalledPlugin(
        name=entry_point.name,
        distribution=distribution.name if distribution else "",
        version=distribution.version if distribution else "",
        value=entry_point.value,
    )


def _broken(plugin: InstalledPlugin, reason: str) -> PluginError:
    origin = f"{plugin.distribution} {plugin.version}".strip() or plugin.value
    return PluginError(plugin.name, f"from {origin} is broken: {reason}")


def _imported(plugin: InstalledPlugin, entry_point: importlib.metadata.EntryPoint) -> Any:  # noqa: ANN401 - a module, or what the entry point names in it
    try:
        with guarded(f"importing {plugin.value}"):
            return entry_point.load()
    except PluginFault as fault:
        raise _broken(plugin, str(fault)) from fault


def _offered_kinds(plugin: InstalledPlugin, module: Any) -> Sequence[object]:  # noqa: ANN401 - see _imported
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    try:
        manager.register(module, plugin.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise _broken(plugin, " ".join(str(error).split())) from error
    hook = manager.hook.collector_source_kinds
    if not hook.get_hookimpls():
        raise _broken(plugin, f"{plugin.value} has no @hookimpl collector_source_kinds()")
    try:
        with guarded("collector_source_kinds()"):
            return [kind for kinds in hook() for kind in kinds]
    except PluginFault as fault:
        raise _broken(plugin, str(fault)) from fault


def _chosen(plugin: InstalledPlugin, kinds: Sequence[object]) -> object:
    named = [kind for kind in kinds if getattr(kind, "name", None) == plugin.name]
    if not named:
        names = ", ".join(repr(getattr(kind, "name", kind)) for kind in kinds) or "none"
        raise _broken(plugin, f"collector_source_kinds() returned no kind of this name: {names}")
    return named[0]


def _checked(plugin: InstalledPlugin, kind: object) -> SourceKind:
    if not isinstance(kind, SourceKind):
        raise _broken(plugin, f"the kind is a {type(kind).__name__}, not a SourceKind")
    settings: object = kind.settings  # a plugin need not keep to its annotations
    if not (isinstance(settings, type) and issubclass(settings, ConfigModel)):
        raise _broken(plugin, f"its settings are no ConfigModel: {settings!r}")
    return kind
