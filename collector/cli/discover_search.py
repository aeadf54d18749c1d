"""Has every installed kind look what is there, one after the other."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from collector.cli.discover_context import Context, Surroundings, is_file, real
from collector.cli.discover_document import Block, block_of
from collector.cli.discover_signals import Patience
from collector.clock import Clock
from collector.config import FiguresTable
from collector.errors import PluginError, SourceError
from collector.plugin.border import PluginFault, guarded
from collector.plugin.discovery import Finding
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader


class Search:
    """Has every installed kind look.

    Args:
        arguments: Of the command line.
        loader: The installed plugins.
        clock: The time.
        ports: The serial ports that there are.
        patience: Ends steps that take too long.

    Attributes:
        blocks: What was found so far.
    """

    def __init__(
        self,
        arguments: Namespace,
        loader: PluginLoader,
        clock: Clock,
        ports: Sequence[str],
        patience: Patience,
    ) -> None:
        self.blocks: list[Block] = []
        self._loader = loader
        self._arguments = arguments
        self._taken_sensors = {FiguresTable().sensor}
        self._taken_places: set[str] = set()
        self._patience = patience
        self._shared = Surroundings(
            clock=clock,
            patience=patience,
            ports=[] if arguments.simulate else self._all_ports(ports),
            taken=self._taken_places,
            is_simulated=arguments.simulate,
        )

    def run(self) -> None:
        """Look, first with those kinds that ask nobody."""
        kinds = [kind for name in kinds_of(self._loader) if (kind := self._kind(name))]
        for kind in sorted(kinds, key=lambda kind: bool(kind.discovery and kind.discovery.asks)):
            self._look(kind)

    def _all_ports(self, ports: Sequence[str]) -> list[str]:
        """Return each port once, with those at which a kind may ask: all are listened to first."""
        once: dict[str, str] = {}
        allowed = [place for kind in kinds_of(self._loader) for place in self._allowed(kind)]
        for port in (*ports, *(place for place in allowed if is_file(place))):
            once.setdefault(real(port), port)
        return list(once.values())

    def _allowed(self, kind: str) -> Sequence[str]:
        allowed: Sequence[str] = getattr(self._arguments, asked_of(kind))
        return allowed

    def _kind(self, name: str) -> SourceKind | None:
        try:
            return self._loader.load(name)
        except PluginError as error:
            print(f"{name}: {error.reason}", file=sys.stderr)
            return None

    def _look(self, kind: SourceKind) -> None:
        try:
            with self._patience.watching(), guarded("discovery", SourceError):
                for finding in self._findings(kind):
                    self._patience.sign()
                    self._take(kind.name, finding)
        except (SourceError, PluginFault) as error:
            print(f"{kind.name}: {error}", file=sys.stderr)

    def _findings(self, kind: SourceKind) -> Iterator[Finding]:
        if kind.discovery is None:
            return
        context = Context(kind.name, self._allowed(kind.name), self._shared)
        yield from kind.discovery.look(context)

    def _take(self, kind: str, finding: Finding) -> None:
        block = block_of(finding, kind, self._taken_sensors)
        self.blocks.append(block)
        if finding.place:
            self._taken_places.add(finding.place)
        print(f"{kind}: found {block.title}", file=sys.stderr, flush=True)


def kinds_of(loader: PluginLoader) -> list[str]:
    """Return the names of the installed kinds, each once."""
    return list(dict.fromkeys(plugin.name for plugin in loader.installed()))


def asked_of(kind: str) -> str:
    """Return where the arguments have the places at which a kind may ask."""
    return f"ask_{kind}"
