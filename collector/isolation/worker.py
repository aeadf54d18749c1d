"""A worker: imports one plugin and runs its sources."""

import logging
import os
from importlib.metadata import EntryPoint

from collector.clock import SystemClock
from collector.isolation.channel import Channel, ChannelClosedError
from collector.isolation.confinement import bound_memory, confine
from collector.isolation.failures import Answer, answered
from collector.isolation.host import Host
from collector.isolation.output import marked, words_of
from collector.plugin.border import PluginFault, guarded
from collector.plugin.hooks import ENTRY_POINT_GROUP
from collector.plugin.kind import SourceKind
from collector.plugin.offers import InstalledPlugin, Offer

_STANDARD_ERROR = 2


def run(channel: Channel, parent: int, title: str) -> None:
    """Import one plugin and run its sources until the collector closes the channel.

    Args:
        channel: To the collector.
        parent: The process that it was forked from.
        title: What it is called in lists of processes.
    """
    confine(parent, title)
    try:
        hello = channel.receive() or {}
        _send_logs(hello["level"])
        kinds: list[SourceKind] = []
        answer = answered("importing it", lambda: _import(hello["plugin"], kinds))
        bound_memory()
        channel.send({**answer, "number": hello["number"]})
        for kind in kinds:
            Host(kind, channel, SystemClock(hello["boot_id"])).serve()
    except ChannelClosedError:
        return


def _import(plugin: dict[str, str], kinds: list[SourceKind]) -> Answer:
    offer = Offer(
        InstalledPlugin(**plugin), EntryPoint(plugin["name"], plugin["value"], ENTRY_POINT_GROUP)
    )
    kinds.append(offer.kind())
    return {"ready": True}


class _Handler(logging.Handler):
    """Writes each message as one marked line that the collector finds in the worker's output."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it at once, in one piece; a message that cannot be made is no failure."""
        try:
            with guarded("its log message"):
                text = words_of(record)
        except PluginFault as fault:
            text = str(fault)
        line = marked(record.levelno, record.name, text)
        os.write(_STANDARD_ERROR, line)  # wherever the plugin makes `sys.stderr` lead


def _send_logs(level: int) -> None:
    root = logging.getLogger()
    root.addHandler(_Handler())
    root.setLevel(logging.WARNING)
    logging.getLogger("collector").setLevel(level)
