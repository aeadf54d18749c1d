"""A kind of source under check: what is installed of it, its example, and a device to read."""

import importlib.metadata
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from collector.clock import Clock, SystemClock
from collector.config import SourceConfig, load
from collector.errors import ConfigError, PluginError
from collector.plugin.kind import SourceKind, started
from collector.plugin.loader import PluginLoader
from collector.plugin.offers import InstalledPlugin
from collector.plugin.source import Source, SourceContext
from collector.testkit.contract.readme import readme_of
from collector.testkit.contract.session import Session, record


class Subject:
    """One installed kind, held to the contract by the checks.

    What costs time (a whole round against the simulated device) is done once and kept.

    Args:
        name: The kind, as its entry point names it.
        loader: The installed plugins; by default those of this environment.
        clock: The time; real, as simulated devices live on it.

    Attributes:
        is_stuck: Whether a check has called something that did not come back.

    Raises:
        PluginError: No such kind is installed, or its package is broken.
    """

    def __init__(
        self, name: str, *, loader: PluginLoader | None = None, clock: Clock | None = None
    ) -> None:
        self._loader = loader or PluginLoader()
        self.clock = clock or SystemClock()
        self.is_stuck = False
        # Not cached properties: before Python 3.12 those share one lock, so that a plugin that
        # hangs in one subject would hold up all others.
        self._source: SourceConfig | None = None
        self._session: Session | None = None
        self.kind: SourceKind = self._loader.load(name)
        self.plugin = _installed(self._loader, name)

    @property
    def package(self) -> str:
        """The import package that the kind lives in."""
        return self.plugin.value.partition(":")[0].partition(".")[0]

    @cached_property
    def requirements(self) -> Sequence[str]:
        """The dependencies of the distribution, as its metadata has them."""
        try:
            return importlib.metadata.requires(self.plugin.distribution) or ()
        except (importlib.metadata.PackageNotFoundError, ValueError):
            return ()

    @cached_property
    def readme(self) -> str:
        """The README: of the import package, its source, or its metadata; empty if none."""
        try:
            return resources.files(self.package).joinpath("README.md").read_text("utf-8")
        except (OSError, ModuleNotFoundError):
            return readme_of(self.plugin.distribution)

    @property
    def source(self) -> SourceConfig:
        """The source that the kind's example configures.

        Raises:
            ConfigError: The example is no configuration with a source of this kind.
        """
        if self._source is None:
            self._source = self._configured()
        return self._source

    @property
    def context(self) -> SourceContext:
        """What the example's source may know of its surroundings."""
        return self.source.context(self.clock)

    @property
    def session(self) -> Session:
        """A whole life of the source against the simulated device, as it was recorded."""
        if self._session is None:
            self._session = record(self)
        return self._session

    def make(self, settings: Any = None) -> Source:  # noqa: ANN401 - the settings model of the kind
        """Return a new source of these settings, or of those of the example; not opened."""
        return self.kind.create(
            self.source.settings if settings is None else settings, self.context
        )

    @contextmanager
    def device(self) -> Iterator[Any]:
        """Run a simulated device and give the settings that lead to it.

        Raises:
            PluginError: The kind has no simulator.
        """
        if self.kind.simulate is None:
            raise PluginError(self.kind.name, "has no simulator")
        simulator = self.kind.simulate(self.source.settings, self.context)
        with ExitStack() as stack:
            stack.callback(simulator.stop)
            yield started(simulator)

    def _configured(self) -> SourceConfig:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "example.toml"
            file.write_text(self.kind.example, "utf-8")
            environ = {"XDG_STATE_HOME": directory, "HOME": directory}
            config = load(
                file, simulate=self.kind.simulate is not None, strict=True,
                environ=environ, loader=self._loader, clock=self.clock,
            )  # fmt: skip
        found = [each for each in config.sources if each.plugin == self.kind.name]
        if not found:
            raise ConfigError(f"the example configures no source of the kind {self.kind.name!r}")
        return found[0]


def _installed(loader: PluginLoader, name: str) -> InstalledPlugin:
    [found] = [plugin for plugin in loader.installed() if plugin.name == name]
    return found
