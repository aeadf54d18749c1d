"""The hooks of a plugin. This file is the manual; there is one hook to write, and one that may be.

A plugin is a Python package with an entry point in the group ``collector.plugins``::

    [project.entry-points."collector.plugins"]
    thermostat = "my_package.plugin"

The entry point's name is the kind that a user writes into the configuration
(``plugin = "thermostat"``). Only kinds that the configuration or the command line names are ever
imported, one by one: a package that cannot be imported is reported as such and costs nobody else
anything.

Hooks register, objects work: a hook runs once, when its kind is first asked for, and from then on
the collector talks to the sources that were made, or runs the command that was returned. A kind
lives as long as the run: when the configuration is reloaded, it makes and checks the new sources
beside those that go on.
"""

from collections.abc import Sequence

import pluggy

from collector.plugin.command import PluginCommand
from collector.plugin.kind import SourceKind

PROJECT = "collector"
ENTRY_POINT_GROUP = "collector.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as one of its hooks."""


@hookspec
def collector_source_kinds() -> Sequence[SourceKind]:  # type: ignore[empty-body]
    """Return the kinds of source that this plugin offers.

    Called once, after the plugin's module was imported: from the main thread, or from another one
    when a reload brings the first source of the kind. It should do nothing but build the list. A
    package that offers several kinds names each of them in an entry point of its own; several entry
    points may point to one module.

    Returns:
        The kinds. The one whose name equals the entry point's is used.

    An exception here, or a kind that is missing, makes the plugin a broken one: `collector plugins
    list` shows why, `collector run` leaves its sources out and reports them.
    """


@hookspec(firstresult=True)
def collector_command() -> PluginCommand | None:
    """Return the command that ``collector <kind> ...`` runs: to find devices, set one up, test one.

    Optional. Called once, from the main thread, after the plugin's module was imported, and only
    when this command was asked for (``collector modbus scan``) or ``collector plugins list
    --check`` shows what there is; never while readings are taken. The collector's own commands win
    over a kind of the same name.

    Returns:
        The command; None for none. Its ``configure`` is called once with the parser of the command
        line, its ``run`` once with what was parsed; both from the main thread, with the same
        context.

    An exception here makes the plugin a broken one for the command line: exit code 78. Of one in
    ``configure`` or ``run``, a `CollectorError` (`UsageError`, `ConfigError`,
    `SourceUnavailableError`, ...) is shown as its text and leaves with its code; any other is shown
    as one line that names the plugin and the place, and leaves with 70. Ctrl-C leaves with 130.
    """
