"""Finds the installed kinds of source, and loads those that are asked for, one at a time."""

import difflib
import importlib
import importlib.metadata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from collector.errors import PluginError
from collector.plugin.border import PluginFault
from collector.plugin.command import PluginCommand
from collector.plugin.hooks import ENTRY_POINT_GROUP
from collector.plugin.kind import SourceKind
from collector.plugin.offers import InstalledPlugin, Offer
from collector.plugin.patience import IMPORT_LIMIT_S, bounded


class PluginLoader:
    """Knows what is installed and imports only what it is asked for.

    Args:
        entry_points: Where to look; by default the entry points of the installed packages.
    """

    def __init__(self, entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> None:
        self._entry_points = _by_plugin(_installed() if entry_points is None else entry_points)
        self._offers: dict[str, Offer] = {}
        self._kinds: dict[str, SourceKind] = {}
        self._given_up: dict[str, str] = {}

    def look_again(self) -> None:
        """Find what was installed or removed meanwhile.

        A kind that is loaded and still there stays the same object, whatever its version is now:
        its new sources share with those that run what the kind holds, the bus of a link say.
        """
        importlib.invalidate_caches()
        self._entry_points = _by_plugin(_installed())
        names = {plugin.name for plugin in self._entry_points}
        self._offers = {name: offer for name, offer in self._offers.items() if name in names}
        self._kinds = {name: kind for name, kind in self._kinds.items() if name in names}
        self._given_up = {}

    @property
    def given_up(self) -> Mapping[str, str]:
        """Why each kind is not to be loaded that was given up."""
        return MappingProxyType(self._given_up)

    def give_up(self, name: str, reason: str) -> None:
        """Load this kind no more, before `look_again`.

        Args:
            name: The kind.
            reason: Why it is broken, in words that follow on that.
        """
        self._given_up[name] = reason

    def installed(self) -> tuple[InstalledPlugin, ...]:
        """Return every installed kind, sorted by name, without importing one."""
        return tuple(sorted(self._entry_points, key=lambda plugin: (plugin.name, plugin.value)))

    def is_bundled(self, name: str) -> bool:
        """Tell whether a kind comes with the collector itself; nothing is imported."""
        return any(each.name == name and each.is_bundled for each in self._entry_points)

    def load(self, name: str) -> SourceKind:
        """Import the package of one kind and return the kind; the second time from memory.

        Raises:
            PluginError: Nobody offers this kind, two packages do, or the package is broken, or does
                not come back when it is imported.
        """
        if name in self._given_up:
            raise PluginError(name, f"is broken: {self._given_up[name]}")
        if name not in self._kinds:
            self._kinds[name] = self._loaded(name)
        return self._kinds[name]

    def _loaded(self, name: str) -> SourceKind:
        try:
            return bounded(
                f"plugin {name!r}",
                "importing it",
                lambda: self._offer(name).kind(),
                IMPORT_LIMIT_S,
                PluginError,
            )
        except PluginFault as fault:
            self.give_up(name, str(fault))  # nobody waits for it once more
            raise PluginError(name, f"is broken: {fault}") from fault

    def command(self, name: str) -> PluginCommand | None:
        """Import the package of one kind and return the command that it brings; None if none.

        Raises:
            PluginError: Nobody offers this kind, two packages do, or the package is broken.
        """
        return self._offer(name).command()

    def _offer(self, name: str) -> Offer:
        if name not in self._offers:
            plugin = self._only(name)
            self._offers[name] = Offer(plugin, self._entry_points[plugin])
        return self._offers[name]

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


def _installed() -> Iterable[importlib.metadata.EntryPoint]:
    return importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)


def _by_plugin(
    entry_points: Iterable[importlib.metadata.EntryPoint],
) -> dict[InstalledPlugin, importlib.metadata.EntryPoint]:
    return {InstalledPlugin.of(entry_point): entry_point for entry_point in entry_points}
