"""The hooks of a plugin. This file is the manual; there is one hook to write.

A plugin is a Python package with an entry point in the group ``collector.plugins``::

    [project.entry-points."collector.plugins"]
    thermostat = "my_package.plugin"

The entry point's name is the kind that a user writes into the configuration
(``plugin = "thermostat"``). Only kinds that the configuration names are ever imported, one by one:
a package that cannot be imported is reported as such and costs nobody else anything.

Hooks register, objects work: the hook runs once at start, and from then on the collector talks to
the sources that were made.
"""

from collections.abc import Sequence

import pluggy

from collector.plugin.kind import SourceKind

PROJECT = "collector"
ENTRY_POINT_GROUP = "collector.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def collector_source_kinds() -> Sequence[SourceKind]:  # type: ignore[empty-body]
    """Return the kinds of source that this plugin offers.

    Called once, from the main thread, after the plugin's module was imported; it should do nothing
    but build the list. A package that offers several kinds names each of them in an entry point of
    its own; several entry points may point to one module.

    Returns:
        The kinds. The one whose name equals the entry point's is used.

    An exception here, or a kind that is missing, makes the plugin a broken one: `collector plugins
    list` shows why, `collector run` leaves its sources out and reports them.
    """
