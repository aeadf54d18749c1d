"""A worker as the collector holds it: started when it is needed, asked, watched and ended."""

import logging
import threading
from dataclasses import asdict
from typing import Any

from collector.clock import Clock, Deadline
from collector.errors import SourceUnavailableError
from collector.isolation.channel import BadMessageError, ChannelClosedError
from collector.isolation.failures import Answer, raise_if_failed
from collector.isolation.forkserver import ForkServer
from collector.isolation.process import Process
from collector.isolation.restarts import Restarts
from collector.isolation.tapes import KeptTape, TakenTapes
from collector.plugin.border import PluginFault
from collector.plugin.offers import InstalledPlugin

log = logging.getLogger(__name__)

START_LIMIT_S = 60.0
"""A small machine that starts many at once needs some seconds for each."""

LOOK_S = 0.25
"""How often a worker that is waited for is looked at."""

MAX_FAULTS = 3
"""Faults of the plugin in a row, after which it gets a new process with the next ``open``."""

_SEND_LIMIT_S = 5.0
_START = "starting its process"
_LEAST_WAIT_S = 0.001


class Worker:
    """At most one process at a time. Used from one link's thread, but for what says otherwise.

    Args:
        plugin: The kind that it imports.
        title: What people call it.
        clock: The time.
        server: Forks its processes.
        restarts: Counts their ends.
        ended: Set when the run is to end.

    Attributes:
        generation: Counts the processes; sources that were made in an older one are gone.
        restarts: How processes ended although nobody asked them to.
    """

    def __init__(
        self,
        plugin: InstalledPlugin,
        title: str,
        clock: Clock,
        server: ForkServer,
        restarts: Restarts,
        ended: threading.Event,
    ) -> None:
        self.generation = 0
        self.restarts = restarts
        self._plugin = plugin
        self._title = title
        self._clock = clock
        self._server = server
        self._ended = ended
        self._sources: set[str] = set()
        self._tapes = TakenTapes()
        self._faults = 0
        self._request = 0
        self._looked_at_s = 0.0
        self._lock = threading.Lock()
        self._in_use = threading.Lock()
        self._is_stopped = False
        self._is_ready = False
        self._process: Process | None = None

    @property
    def is_worn(self) -> bool:
        """Whether sources have ended it so often that it has to pause, although it comes up."""
        return self._process is None and self._is_ready and self.restarts.wait_s() is not None

    def add(self, source: str, tape: KeptTape | None = None) -> None:
        """Learn the name of a source that it will hold, and where what passes there goes."""
        self._sources.add(source)
        if tape is not None:
            self._tapes.add(source, tape)

    def launch(self) -> None:
        """Start a process if none runs, and do not wait for it.

        Raises:
            SourceUnavailableError: It cannot be started.
        """
        with self._lock:
            if self._is_stopped:
                raise SourceUnavailableError("the collector is stopping")
            if self._process is not None:
                return
            if self.restarts.wait_s() is not None:
                raise self.gone()
            self._process = self._started()
        self.generation += 1
        self._faults = 0
        self._is_ready = False
        level = logging.getLogger("collector.source").getEffectiveLevel()
        boot_id = self._clock.now().boot_id
        self.send({"plugin": asdict(self._plugin), "level": level, "boot_id": boot_id}, _START)

    def start(self) -> None:
        """Start a process if none runs, or if the one that does fails again and again.

        Raises:
            SourceUnavailableError: It does not come up.
            PluginFault: The plugin cannot be imported there.
        """
        if self._faults >= MAX_FAULTS and self._process is not None:
            self._end(f"it failed {self._faults} times in a row")
        if self._process is not None and self._process.is_gone():
            self._lost("")  # while nobody asked it anything
        self.launch()
        if self._is_ready:
            return
        try:
            self._answer(START_LIMIT_S, _START)
        except PluginFault as fault:
            self._end(str(fault))
            raise
        self._is_ready = True
        self.restarts.ready()
        self.settle()

    def settle(self) -> None:
        """Take the present size of the process as that from which it may grow."""
        if self._process is not None:
            self._process.measure()

    def holds(self, generation: int) -> bool:
        """Tell whether the process of this generation still runs."""
        return self._process is not None and self.generation == generation

    def gone(self) -> SourceUnavailableError:
        """Return the error of a source whose process is gone."""
        return self._unavailable(f"its process is gone: {self.restarts.last_ending}")

    def ask(self, request: dict[str, Any], limit_s: float, what: str) -> Answer:
        """Return the answer to a request.

        Args:
            request: Plain data.
            limit_s: After so long the process is ended.
            what: What is being done, for the message.

        Raises:
            SourceUnavailableError: The process ended, by itself or because it had to.
            SourceError: As the source raised it.
            PluginFault: The source raised something else.
        """
        self.send(request, what)
        return self._answer(limit_s, what)

    def _answer(self, limit_s: float, what: str) -> Answer:
        deadline = Deadline.after(self._clock, limit_s)
        while (answer := self.receive(deadline.remaining_s(), what)) is None:
            if self._ended.is_set() and not self._is_ready:
                raise self.end("the collector is stopping")
            if deadline.has_passed():
                raise self.end(f"{what} did not come back within {limit_s:.3g} s")
        return self.judged(answer, what)

    def send(self, request: dict[str, Any], what: str) -> None:
        """Send a request; its answer bears the same number."""
        self._request += 1
        self.tell({**request, "number": self._request}, what)

    def tell(self, message: dict[str, Any], what: str) -> None:
        """Send a message that is not answered."""
        if self._process is None:
            raise self.gone()
        try:
            with self._in_use:
                self._process.channel.send(message, _SEND_LIMIT_S)
        except ChannelClosedError:
            raise self._lost(what) from None

    def receive(self, timeout_s: float, what: str) -> Answer | None:
        """Return the next message of the process; None if there is none within a short while."""
        if self._process is None:
            raise self.gone()
        try:
            with self._in_use:
                answer = self._process.channel.receive(max(_LEAST_WAIT_S, min(timeout_s, LOOK_S)))
            if answer is not None and self._tapes.take(answer):
                answer = None
        except ChannelClosedError:
            raise self._lost(what) from None
        except BadMessageError as error:
            raise self.not_understood(what, error) from None
        if answer is None and self._process.has_ended():
            raise self._lost(what)  # something that it started holds its socket open
        self._look()
        return answer

    def look(self) -> None:
        """Look at the process while nothing is asked of it.

        Raises:
            SourceUnavailableError: It ended, or had to be.
        """
        if self._process is not None and self._process.has_ended():
            raise self._lost("")
        self._looked_at_s = 0.0
        self._look()
        if self._process is None:
            raise self.gone()

    def judged(self, answer: Answer, what: str) -> Answer:
        """Return an answer that is no failure, and raise one that is."""
        try:
            raise_if_failed(answer, self._request)
        except PluginFault:
            self._faults += 1
            raise
        except BadMessageError as error:
            raise self.not_understood(what, error) from None
        return answer

    def note_success(self) -> None:
        """Note that a source gave what it should: its faults before were no lasting state."""
        self._faults = 0

    def not_understood(self, what: str, error: BadMessageError) -> SourceUnavailableError:
        """End a process that sent something else than an answer, and return the error."""
        return self.end(f"{what}: the process sent something else than an answer, {error}")

    def end(self, why: str) -> SourceUnavailableError:
        """End the process and return the error that says so."""
        how = self._end(why)
        return self._unavailable(f"{why}; {how}")

    def ask_to_end(self) -> None:
        """Let the process end, and start none any more. From any thread."""
        with self._lock:
            self._is_stopped = True
            process = self._process
        try:
            if process is not None:
                process.ask_to_end()
        except ChannelClosedError:
            return  # it has ended

    def stop(self, deadline: Deadline) -> None:
        """Wait for its end, and make it end then. From any thread, after `ask_to_end`."""
        process = self._process
        if process is None:
            return
        if not process.wait(deadline.remaining_s()):
            process.kill()
        if self._in_use.acquire(timeout=LOOK_S):  # else its link notices the end, and closes it
            process.channel.close()
            self._in_use.release()

    def _started(self) -> Process:
        try:
            return Process(self._title, self._sources, self._clock, self._server)
        except OSError as error:
            raise SourceUnavailableError(f"its process cannot be started: {error}") from error

    def _lost(self, what: str) -> SourceUnavailableError:
        if self._process is not None:
            self._process.wait(LOOK_S)  # it has ended, or is about to
        how = self._end("", what)
        return self._unavailable(self.restarts.last_ending if how else "its process is gone")

    def _end(self, why: str, what: str = "") -> str:
        process, self._process = self._process, None
        if process is None:
            return ""
        how = process.kill()
        process.channel.close()
        where = f"in {what}" if what else "between two calls"
        self.restarts.ended(why or f"{how} {where}")
        return how

    def _unavailable(self, why: str) -> SourceUnavailableError:
        return SourceUnavailableError(why, retry_in_s=self.restarts.wait_s())

    def _look(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._process is None or now_s < self._looked_at_s + 1:
            return
        self._looked_at_s = now_s
        excess = self._process.excess()
        if excess:
            self._end(f"it {excess}")
