"""Sources whose code runs in a worker; to sampling they are sources like any other."""

from collections.abc import Callable, Sequence

from collector.clock import Deadline
from collector.isolation.description import Description
from collector.isolation.remote import Remote
from collector.plugin.resources import Resources
from collector.plugin.source import Group, ListeningSource, Metric, Reading, StopSignal
from collector.sampling.watch import WatchedSource


class _Isolated(WatchedSource):
    """What both kinds have in common.

    Args:
        remote: The source in its worker.
        description: What it said of itself when it was made.
    """

    def __init__(self, remote: Remote, description: Description) -> None:
        self._remote = remote
        self._description = description

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`: as the worker told them last."""
        return self._remote.metrics()

    @property
    def link(self) -> str:
        """See `Source`."""
        return self._description.link

    @property
    def groups(self) -> Sequence[Group]:
        """See `Source`."""
        return self._description.groups

    @property
    def resources(self) -> Resources | None:
        """See `Source`."""
        return self._description.resources

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`: what befell its process, and what the source itself says."""
        return self._remote.notes()

    def open(self) -> None:
        """See `Source`; starts the worker first if none runs."""
        self._remote.open()

    def close(self) -> None:
        """See `Source`; a source whose worker is gone is closed."""
        self._remote.close()

    def check(self) -> None:
        """See `WatchedSource`: its process runs, and has not grown too large."""
        self._remote.check()


class IsolatedSource(_Isolated):
    """A polled source."""

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        """See `Source`; a read that does not come back is ended together with its worker."""
        return self._remote.read(group, deadline)


class IsolatedListeningSource(_Isolated, ListeningSource):
    """A listening source."""

    def listen(self, emit: Callable[[Reading], None], stop: StopSignal) -> None:
        """See `ListeningSource`."""
        self._remote.listen(emit, stop)
