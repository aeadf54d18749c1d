"""All workers of a run: one for each kind on each link."""

import base64
import pickle
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from collector.clock import Clock, Deadline
from collector.isolation.handle import Worker
from collector.isolation.remote import Recipe, Remote
from collector.isolation.source import IsolatedListeningSource, IsolatedSource
from collector.plugin.offers import InstalledPlugin
from collector.plugin.source import ListeningSource, Source

STOP_TIMEOUT_S = 1.5
"""For all workers together, once they were asked; their sources are closed by then."""


class Workers:
    """Puts sources into processes of their own.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._workers: dict[tuple[str, str], Worker] = {}
        self._deadline: Deadline | None = None
        # The kernel ends a worker with the thread that started it: this one, not that of a link.
        self._starter = ThreadPoolExecutor(1, "start of workers")

    def isolate(  # noqa: PLR0913 - each is named where it is called
        self,
        likeness: Source,
        *,
        plugin: InstalledPlugin,
        name: str,
        sensor: str,
        interval_s: float,
        settings: Any,  # noqa: ANN401 - the settings model of the kind
        refuse: Callable[[int], None],
    ) -> Source:
        """Return a source whose code runs in a worker, which is started when it is opened.

        Args:
            likeness: The same source, made and never to be opened.
            plugin: Its kind.
            name: The source's name.
            sensor: The configured sensor id.
            interval_s: The configured interval.
            settings: What it is made of.
            refuse: Told how many values it gave faster than they can be taken.

        Raises:
            ValueError: Its settings cannot be sent to another process.
        """
        recipe = Recipe(
            name=name, sensor=sensor, interval_s=interval_s, settings=_sendable(settings)
        )
        worker = self._worker(plugin, name, likeness.link)
        worker.add(name)
        remote = Remote(recipe, worker, self._clock, refuse)
        if isinstance(likeness, ListeningSource):
            return IsolatedListeningSource(remote, likeness)
        return IsolatedSource(remote, likeness)

    def ask_to_end(self) -> None:
        """Let all workers end, and start none any more. Returns at once; safe to call twice."""
        self._end_by()

    def stop(self) -> None:
        """End all workers: those that do not end by themselves are made to. Safe to call twice."""
        deadline = self._end_by()
        for worker in self._workers.values():
            worker.stop(deadline)
        self._starter.shutdown()

    def _end_by(self) -> Deadline:
        if self._deadline is None:
            self._deadline = Deadline.after(self._clock, STOP_TIMEOUT_S)
            for worker in self._workers.values():
                worker.ask_to_end()
        return self._deadline

    def _worker(self, plugin: InstalledPlugin, name: str, link: str) -> Worker:
        key = (plugin.name, f"link {link}" if link else f"source {name}")
        if key not in self._workers:
            title = f"{plugin.name} at {link}" if link else name
            self._workers[key] = Worker(plugin, title, self._clock, self._start)
        return self._workers[key]

    def _start(self, start: "Callable[[], subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
        return self._starter.submit(start).result()


def _sendable(settings: Any) -> str:  # noqa: ANN401 - the settings model of the kind
    try:
        return base64.b64encode(pickle.dumps(settings)).decode("ascii")
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValueError(
            f'its settings cannot be sent to a process of its own: {error}; isolation = "thread"'
        ) from error
