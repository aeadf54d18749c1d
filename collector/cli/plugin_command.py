"""``collector <kind> ...``: the command that an installed plugin brings."""

import argparse
import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from collector.cli.command_context import Context
from collector.clock import SystemClock
from collector.errors import CollectorError, UsageError
from collector.plugin.border import PluginFault, guarded
from collector.plugin.loader import PluginLoader


def find(name: str, own: Sequence[str]) -> "CommandOfPlugin":
    """Return the command of the plugin of this name.

    Args:
        name: What the user typed.
        own: The collector's own commands, one of which may have been meant.

    Raises:
        UsageError: No such plugin is installed, or it brings no command.
        PluginError: The plugin is broken.
    """
    loader = PluginLoader()
    installed = [plugin.name for plugin in loader.installed()]
    if name not in installed:
        nearest = difflib.get_close_matches(name, [*own, *installed], n=1)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise UsageError(f"there is no command {name!r}{meant}", "try 'collector --help'")
    return CommandOfPlugin(name, loader)


class CommandOfPlugin:
    """Stands for the command of one plugin; see `collector.cli.CommandModule`.

    Its code runs guarded: what it raises by mistake is one line that names the plugin.

    Args:
        name: The plugin, which is installed.
        loader: Imports it.
    """

    def __init__(self, name: str, loader: PluginLoader) -> None:
        command = loader.command(name)
        if command is None:
            hint = "'collector plugins list --check' shows which plugins do"
            raise UsageError(f"plugin {name!r} brings no command", hint)
        self._command = command
        self._context = Context(name, loader, SystemClock())
        [self._package] = {each.package for each in loader.installed() if each.name == name}
        self._name = name

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """See `collector.cli.CommandModule`."""
        parser.description = self._command.summary
        with self._guarded("configure()"):
            self._command.configure(parser, self._context)

    def run(self, arguments: argparse.Namespace) -> int:
        """See `collector.cli.CommandModule`."""
        with self._guarded("run()"):
            code: object = self._command.run(arguments, self._context)
            if not isinstance(code, int):
                raise TypeError(f"it returned a {type(code).__name__}, not an exit code")
            return code

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        try:
            with guarded(what, CollectorError):
                yield
        except PluginFault as fault:
            raise CollectorError(f"plugin {self._name!r} ({self._package}): {fault}") from fault
