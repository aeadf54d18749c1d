"""All workers of a run: one for each kind on each link."""

import base64
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from collector.clock import Clock, Deadline
from collector.errors import SourceUnavailableError
from collector.isolation.forkserver import ForkServer
from collector.isolation.handle import Worker
from collector.isolation.remote import Recipe, Remote
from collector.isolation.restarts import Restarts
from collector.isolation.source import IsolatedListeningSource, IsolatedSource
from collector.isolation.tapes import KeptTape
from collector.plugin.offers import InstalledPlugin
from collector.plugin.source import Source

STOP_TIMEOUT_S = 1.5
"""For all workers together, once they were asked; their sources are closed by then."""


class Workers:
    """Puts sources into processes of their own.

    Args:
        clock: The time.
        ended: Set when the run is to end; then nobody waits for a process to come up.
    """

    def __init__(self, clock: Clock, ended: threading.Event) -> None:
        self._clock = clock
        self._ended = ended
        self._workers: dict[tuple[str, str], Worker] = {}
        self._firsts: dict[str, Worker] = {}
        self._holds: dict[str, tuple[str, str]] = {}
        self._deadline: Deadline | None = None
        self._random = Random()  # noqa: S311 - spreads restarts, keeps no secret
        self._server = ForkServer()

    def launch(self, plugin: InstalledPlugin, name: str) -> None:
        """Start the first worker of a kind and do not wait for it: several come up together.

        Args:
            plugin: The kind.
            name: Its first source.
        """
        with suppress(SourceUnavailableError):  # `isolate` meets the same, and says it
            self._first(plugin, name).launch()

    def isolate(  # noqa: PLR0913 - each is named where it is called
        self,
        *,
        plugin: InstalledPlugin,
        name: str,
        sensor: str,
        interval_s: float,
        settings: Any,  # noqa: ANN401 - the settings model of the kind
        refuse: Callable[[int], None],
        tape: KeptTape | None = None,
    ) -> Source:
        """Return a source whose code runs in a worker, where it is made and not opened.

        Args:
            plugin: Its kind.
            name: The source's name.
            sensor: The configured sensor id.
            interval_s: The configured interval.
            settings: What it is made of.
            refuse: Told how many values it gave faster than they can be taken.
            tape: Gets what passes between it and its device; None for nobody.

        Raises:
            ValueError: Its settings cannot be sent to another process.
            SourceUnavailableError: Its worker does not come up, or ended meanwhile.
            PluginFault: It cannot be made there, or does not say where and when it runs.
        """
        recipe = Recipe(
            name=name, sensor=sensor, interval_s=interval_s, settings=_sendable(settings)
        )
        first = self._first(plugin, name)
        first.add(name, tape)
        remote = Remote(recipe, first, self._clock, refuse, tape)
        description = remote.describe()
        worker = self._worker(plugin, name, description.link)
        if worker is not first:
            worker.add(name, tape)
            remote.move(worker)
        kind = IsolatedListeningSource if description.listens else IsolatedSource
        return kind(remote, description)

    def end_unused(self) -> None:
        """End the workers whose kind has no source that could be made.

        Those that hold sources belong to their links from now on: what is isolated later, while
        they run, is asked in a worker of its own first.
        """
        for worker in self._all() - set(self._workers.values()):
            worker.ask_to_end()
            worker.stop(Deadline.after(self._clock, STOP_TIMEOUT_S))
        self._firsts = {}

    def release(self, name: str) -> None:
        """Let go of a source, which is closed; a worker that holds no other one ends."""
        key = self._holds.pop(name, None)
        if key is None or key in self._holds.values():
            return
        worker = self._workers.pop(key)
        worker.ask_to_end()
        worker.stop(Deadline.after(self._clock, STOP_TIMEOUT_S))

    def ask_to_end(self) -> None:
        """Let all workers end, and start none any more. Returns at once; safe to call twice."""
        self._end_by()

    def stop(self) -> None:
        """End all workers: those that do not end by themselves are made to. Safe to call twice."""
        deadline = self._end_by()
        for worker in self._all():
            worker.stop(deadline)
        self._server.stop()

    def _end_by(self) -> Deadline:
        if self._deadline is None:
            self._deadline = Deadline.after(self._clock, STOP_TIMEOUT_S)
            for worker in self._all():
                worker.ask_to_end()
        return self._deadline

    def _all(self) -> set[Worker]:
        return {*self._firsts.values(), *self._workers.values()}

    def _first(self, plugin: InstalledPlugin, name: str) -> Worker:
        if self._deadline is not None:
            raise SourceUnavailableError("the collector is stopping")
        first = self._firsts.get(plugin.name)
        if first is None or first.is_worn:  # a sound source need not wait for what others did
            first = self._firsts[plugin.name] = self._new(plugin, name)
        return first

    def _worker(self, plugin: InstalledPlugin, name: str, link: str) -> Worker:
        """Return the worker of a kind on a link: the kind's first, if that holds no link yet."""
        key = (plugin.name, f"link {link}" if link else f"source {name}")
        self._holds[name] = key
        if key not in self._workers:
            first = self._first(plugin, name)
            is_free = first not in self._workers.values()
            self._workers[key] = first if is_free else self._new(plugin, name)
        return self._workers[key]

    def _new(self, plugin: InstalledPlugin, title: str) -> Worker:
        restarts = Restarts(self._clock, self._random)
        return Worker(plugin, title, self._clock, self._server, restarts, self._ended)


def _sendable(settings: Any) -> str:  # noqa: ANN401 - the settings model of the kind
    try:
        return base64.b64encode(pickle.dumps(settings)).decode("ascii")
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValueError(
            f'its settings cannot be sent to a process of its own: {error}; isolation = "thread"'
        ) from error
