"""Takes over a new configuration while the collector runs: all of it, or nothing.

SIGHUP ────────────┐
collector reload ──┴─> wishes ─> load ──complaints──> logged, kept for status; nothing changes
                                   │
                                   └─> compared with the running one ─> leave, make, come
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from collector.clock import Clock, Deadline
from collector.config import Config, LogTable
from collector.errors import CollectorError, ConfigError
from collector.sampling.engine import Sampling
from collector.service.changes import Changes, changes, fixed_keys
from collector.service.sources import SourceSet
from collector.service.wishes import Wishes

log = logging.getLogger(__name__)

LEAVE_TIMEOUT_S = 2.0
"""A read that takes longer is left behind, as at a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    """What became of the last wish.

    Attributes:
        at_s: Monotonic seconds when it was fulfilled or refused.
        summary: What has changed, in words; empty when it was refused.
        complaint: The first complaint about the new configuration; empty when it was taken over.
    """

    at_s: float
    summary: str = ""
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run has its configuration from.

    Attributes:
        load: Loads it, as strictly as at the start.
        on_log: Told ``[log]`` when it has changed.
        wishes: When to load it anew.
        on_begin: Called when a reload begins.
        on_end: Called when it is over, whatever became of it.
    """

    load: Callable[[], Config]
    on_log: Callable[[LogTable], None]
    wishes: Wishes
    on_begin: Callable[[], None] = field(default=lambda: None)
    on_end: Callable[[], None] = field(default=lambda: None)


class Reloader:
    """Reloads on request, never twice at a time, in a thread of its own.

    Args:
        config: That of the run.
        origin: Where it is from.
        sources: Makes sources.
        sampling: Runs them.
        share_among: Told how many sources there are then, for their shares of the buffer.
        clock: The time.
    """

    def __init__(
        self,
        config: Config,
        origin: Origin,
        sources: SourceSet,
        sampling: Sampling,
        share_among: Callable[[int], None],
        clock: Clock,
    ) -> None:
        self._config = config
        self._origin = origin
        self._sources = sources
        self._sampling = sampling
        self._share_among = share_among
        self._clock = clock
        self._last: _Last | None = None
        self._thread = threading.Thread(target=self._work, name="reload", daemon=True)

    def start(self) -> None:
        """Begin to fulfil wishes, those from before the start too."""
        self._thread.start()

    def stop(self, deadline: Deadline) -> None:
        """Fulfil no further wish; wait for what is under way, but not longer than asked."""
        self._origin.wishes.end()
        if self._thread.ident is not None:
            self._thread.join(deadline.remaining_s())

    def reload(self, timeout_s: float) -> dict[str, Any]:
        """Have the configuration loaded anew, and return what has changed, ready for JSON.

        Raises:
            CollectorError: It was refused; a `ConfigError` has every complaint.
            TimeoutError: It takes longer, and goes on.
        """
        return _reply(self._origin.wishes.add().result(timeout_s))

    @property
    def config(self) -> Config:
        """The configuration that runs. From any thread."""
        return self._config

    def last(self) -> dict[str, Any] | None:
        """Return what became of the last wish, ready for JSON; None before the first."""
        last = self._last
        if last is None:
            return None
        return {
            "age_s": round(self._clock.monotonic_s() - last.at_s, 3),
            "ok": not last.complaint,
            "message": last.complaint or last.summary,
        }

    def _work(self) -> None:
        while wishes := self._origin.wishes.next():
            self._origin.on_begin()
            self._fulfil(wishes)
            self._origin.on_end()

    def _fulfil(self, wishes: "Sequence[Future[Changes]]") -> None:
        try:
            config = self._acceptable()
        except CollectorError as error:
            self._refuse(error)
            for wish in wishes:
                wish.set_exception(error)
        else:
            found = self._take_over(config)
            for wish in wishes:
                wish.set_result(found)

    def _acceptable(self) -> Config:
        config = self._origin.load()
        refused = [*fixed_keys(self._config, config), *self._spoiled(config)]
        if refused:
            raise ConfigError(*refused)
        return config

    def _spoiled(self, config: Config) -> list[str]:
        """Return a complaint for each source that runs and could not be made once more."""
        left_out = {source.name for source in self._sources.broken()}
        running = {source.name for source in self._config.sources} - left_out
        return [
            f"{source.place}: {source.broken}; {source.name!r} runs, and goes on as it is"
            for source in config.sources
            if source.broken and source.name in running
        ]

    def _take_over(self, config: Config) -> Changes:
        broken = {source.name for source in self._sources.broken()}
        found = changes(self._config.sources, config.sources, broken)
        self._apply(config, found)
        log.info("the configuration was loaded anew: %s", found.summary)
        self._last = _Last(at_s=self._clock.monotonic_s(), summary=found.summary)
        return found

    def _apply(self, config: Config, found: Changes) -> None:
        for warning in config.warnings:
            log.warning("%s", warning)
        if config.log != self._config.log:
            self._origin.on_log(config.log)
        self._config = config
        self._share_among(len(config.sources))
        if found.leaving or found.arriving:
            deadline = Deadline.after(self._clock, LEAVE_TIMEOUT_S)
            self._sampling.change(
                found.leaving,
                lambda: self._sources.replace(found.leaving, found.arriving),
                deadline,
            )

    def _refuse(self, error: CollectorError) -> None:
        complaints: Sequence[str] = getattr(error, "complaints", ()) or (str(error),)
        log.error("the configuration was not loaded anew, the run goes on with the one before")
        for complaint in complaints:
            log.error("%s", complaint)
        self._last = _Last(at_s=self._clock.monotonic_s(), complaint=complaints[0])


def _reply(found: Changes) -> dict[str, Any]:
    return {
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "restarted": found.restarted,
        "unchanged": found.unchanged,
    }
