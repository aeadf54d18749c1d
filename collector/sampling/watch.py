"""Looks at a source between its reads, where that can tell more than the next read would."""

from abc import abstractmethod

from collector.plugin.source import Source
from collector.sampling.bench import Bench
from collector.sampling.border import Failure

EVERY_S = 5.0
"""A process that grows is held back by the kernel meanwhile; what is wrong is to be named soon."""


class WatchedSource(Source):
    """A source that may break down while nobody reads it."""

    @abstractmethod
    def check(self) -> None:
        """Look whether it is well. In its link's thread, and whether or not it is open.

        Raises:
            SourceUnavailableError: It has to be opened again.
        """


class Watch:
    """Looks now and then, in the thread of the source's link and never inside a read.

    Args:
        bench: All but the source.
        source: The source.
    """

    def __init__(self, bench: Bench, source: WatchedSource) -> None:
        self._bench = bench
        self._source = source

    def run(self) -> float:
        """Look, and return when to look again."""
        bench = self._bench
        answer = bench.border.call("looking at its process", self._source.check)
        if isinstance(answer, Failure):
            if bench.device.is_open:
                bench.device.fail(answer)
            bench.notes.ask()
        return bench.clock.monotonic_s() + EVERY_S
