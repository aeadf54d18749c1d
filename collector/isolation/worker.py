"""``python -m collector.isolation.worker SOCKET PARENT``: a worker, started by the collector."""

import logging
import os
import socket
import sys
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


def main() -> None:
    """Import one plugin and run its sources until the collector closes the socket."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    confine(int(sys.argv[2]))
    try:
        hello = channel.receive() or {}
        _send_logs(hello["level"])
        kinds: list[SourceKind] = []
        answer = answered("importing it", lambda: _import(hello["plugin"], kinds))
        bound_memory()
        channel.send({**answer, "number": hello["number"]})
        for kind in kinds:
            Host(kind, channel, SystemClock()).serve()
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


if __name__ == "__main__":
    main()
