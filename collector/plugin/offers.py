"""What one installed package offers: imported, registered and asked, with every fault in words."""

import importlib.metadata
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from collector import __version__
from collector.errors import PluginError
from collector.plugin import hooks
from collector.plugin.border import PluginFault, guarded
from collector.plugin.command import PluginCommand
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel
from collector.plugin.trust import code_open_to_all, told_open

BUNDLE = "collector-agent"
"""The distribution that the collector itself and its own plugins come in."""

_UNKNOWN_HOOK = re.compile("unknown hook '([^']+)'")

_NOT_IN_NAMES = re.compile("[-_.]+")
"""All of it is one dash in the name of a distribution (PEP 503)."""


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

    @classmethod
    def of(cls, entry_point: importlib.metadata.EntryPoint) -> "InstalledPlugin":
        """Return what an entry point says."""
        distribution = entry_point.dist
        return cls(
            name=entry_point.name,
            distribution=distribution.name if distribution else "",
            version=distribution.version if distribution else "",
            value=entry_point.value,
        )

    @property
    def package(self) -> str:
        """The package and its version, for people."""
        return f"{self.distribution} {self.version}".strip() or self.value

    @property
    def is_bundled(self) -> bool:
        """Whether it comes with the collector itself."""
        return _NOT_IN_NAMES.sub("-", self.distribution).lower() == BUNDLE


class Offer:
    """The code of one installed kind, imported and asked what it offers.

    It has a plugin manager of its own, so that a broken package costs nobody else anything.

    Raises:
        PluginError: It is made for another collector, cannot be imported, everybody may change its
            code, or its hooks are none of ours.
    """

    def __init__(self, plugin: InstalledPlugin, entry_point: importlib.metadata.EntryPoint) -> None:
        self._plugin = plugin
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)
        _require_fit(plugin, entry_point)
        module = _imported(plugin, entry_point)
        try:
            self._manager.register(module, plugin.name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise _broken(plugin, _hook_fault(plugin, error)) from error

    def kind(self) -> SourceKind:
        """Return the kind of this name.

        Raises:
            PluginError: It offers none, or one that cannot be used.
        """
        hook = self._manager.hook.collector_source_kinds
        if not hook.get_hookimpls():
            reason = f"{self._plugin.value} has no @hookimpl collector_source_kinds()"
            raise _broken(self._plugin, reason)
        try:
            with guarded("collector_source_kinds()"):
                kinds = [kind for kinds in hook() for kind in _listed(kinds)]
        except PluginFault as fault:
            raise _broken(self._plugin, str(fault)) from fault
        return _checked(self._plugin, _chosen(self._plugin, kinds))

    def command(self) -> PluginCommand | None:
        """Return its command; None if it brings none.

        Raises:
            PluginError: The hook fails, or what it returns is no command.
        """
        try:
            with guarded("collector_command()"):
                command: object = self._manager.hook.collector_command()
        except PluginFault as fault:
            raise _broken(self._plugin, str(fault)) from fault
        if command is None or isinstance(command, PluginCommand):
            return command
        reason = f"collector_command() returned a {type(command).__name__}, not a PluginCommand"
        raise _broken(self._plugin, reason)


def _broken(plugin: InstalledPlugin, reason: str) -> PluginError:
    return PluginError(plugin.name, f"from {plugin.package} is broken: {reason}")


def _require_fit(plugin: InstalledPlugin, entry_point: importlib.metadata.EntryPoint) -> None:
    requirements = entry_point.dist.requires if entry_point.dist else None
    if plugin.is_bundled or not requirements:
        return
    from collector.plugin import compatibility  # noqa: PLC0415 - 3 MB that few runs need

    versions = compatibility.made_for(requirements)
    reason = compatibility.mismatch(plugin.distribution, versions, __version__)
    if reason:
        raise PluginError(plugin.name, f"from {plugin.package} {reason}")


def _imported(plugin: InstalledPlugin, entry_point: importlib.metadata.EntryPoint) -> Any:  # noqa: ANN401 - a module, or what the entry point names in it
    place = code_open_to_all(entry_point.module)
    if place is not None:
        raise PluginError(plugin.name, f"from {plugin.package} is not run: {told_open(place)}")
    try:
        with guarded(f"importing {plugin.value}"):
            return entry_point.load()
    except PluginFault as fault:
        raise _broken(plugin, str(fault)) from fault


def _hook_fault(plugin: InstalledPlugin, error: pluggy.PluginValidationError) -> str:
    """Return what is wrong with a hook; the engine's own words hold the module's whole path."""
    words = " ".join(str(error).split())
    match = _UNKNOWN_HOOK.match(words)
    if match is None:
        return words
    known = ", ".join(name for name in dir(hooks) if name.startswith("collector_"))
    return f"{plugin.value} has an @hookimpl {match[1]}(), which is no hook: there are {known}"


def _listed(kinds: object) -> Iterable[object]:
    if not isinstance(kinds, Iterable):
        raise TypeError(f"it returned a {type(kinds).__name__}: return a list of SourceKind")
    return kinds


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
        raise _broken(plugin, f"its settings are no ConfigModel: {settings!r}; derive them from it")
    return kind
