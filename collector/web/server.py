"""The thread that serves the page: one event loop for all visitors.

accept ──> a place? ──> head, in time ──> host, site, token ──> routes ──> answer, in time
              503          dropped           421, 403, 401
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from microdot import Response

from collector.clock import Clock
from collector.errors import StateError
from collector.web import guesses
from collector.web.admission import PUBLIC, Doorkeeper, Verdict
from collector.web.answers import refusal
from collector.web.app import App
from collector.web.assets import read_assets
from collector.web.connection import BoundedWriter, read_head
from collector.web.feed import Feed
from collector.web.guesses import Guesses
from collector.web.head import MAX_HEAD_BYTES, Head, parse
from collector.web.history import History
from collector.web.listening import address, listen
from collector.web.options import WebOptions
from collector.web.places import Places
from collector.web.refusals import not_admitted
from collector.web.revival import Revival

log = logging.getLogger(__name__)

START_TIMEOUT_S = 1.0
STOP_TIMEOUT_S = 1.0
SETTLE_S = 1.0
"""How long readings wait for their place in the plots."""

RETRY_S = 10.0
"""How long to wait before an address that cannot be had is tried again."""


class WebServer:
    """Serves the page until it is stopped. Whatever becomes of it, the run goes on.

    Args:
        options: Where, and for whom.
        status: Returns the snapshot; called by the server's thread, at most twice a second.
        clock: The time.

    Attributes:
        show: Takes an accepted reading for the plots; from any thread, and at once.
    """

    def __init__(
        self,
        options: WebOptions,
        status: Callable[[], dict[str, Any]],
        clock: Clock,
    ) -> None:
        self._options = options
        self._status = status
        self._history = History(clock)
        self.show = self._history.put
        self._clock = clock
        self._doorkeeper = Doorkeeper(options)
        self._guesses = Guesses(clock)
        self._places = Places(options.max_connections)
        self._assets = read_assets()
        self._revival = Revival(clock)
        self._socket: socket.socket | None = None
        self._complaint = ""
        self._is_over = False
        self._end: Callable[[], object] = lambda: None
        self._has_tried = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        listening = self._socket
        return 0 if listening is None else int(listening.getsockname()[1])

    def complaint(self) -> str:
        """Return why it cannot be visited; empty while it can, and before the start."""
        has_begun = self._thread.ident is not None
        has_died = has_begun and not (self._is_over or self._thread.is_alive())
        return self._complaint or ("the status page has ended by a fault" if has_died else "")

    def start(self) -> None:
        """Listen, and serve; an address that cannot be had is tried again and again."""
        self._thread.start()
        self._has_tried.wait(START_TIMEOUT_S)

    def stop(self) -> None:
        """Serve no more. Safe to call twice, and without `start`."""
        self._is_over = True
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it has ended by itself, or is between two starts
                self._end()
            self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        pause_s: float | None = 0.0
        while pause_s is not None:
            fault = asyncio.run(self._serve_after(pause_s))
            pause_s = self._pause_after(fault) if fault is not None else None

    def _pause_after(self, fault: BaseException) -> float | None:
        pause_s, words = self._revival.pause_s(), f"the status page failed: {_words_of(fault)}"
        told = "it has failed too often" if pause_s is None else f"started again in {pause_s:g} s"
        self._complaint = f"{words}; {told}"
        log.warning("%s", self._complaint)
        log.debug("the status page: where it failed", exc_info=fault)
        return pause_s

    async def _serve_after(self, pause_s: float) -> BaseException | None:
        """Serve until the end, or until a fault, and return that."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(_report)
        self._end = lambda: loop.call_soon_threadsafe(ended.set)
        if self._is_over:  # before there was anybody to be told
            return None
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), pause_s)
        return None if ended.is_set() else await self._serve(ended)

    async def _serve(self, ended: asyncio.Event) -> BaseException | None:
        feed = Feed(self._status, self._clock)
        app = App(feed, self._history, self._assets)

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):  # who called would complain of a lost place
                await self._visit(app, reader, BoundedWriter(writer))

        ending: asyncio.Future[Any] = asyncio.create_task(ended.wait())
        turning = [
            asyncio.create_task(endless)
            for endless in (self._settle(), self._tell(feed), self._open(visit))
        ]
        await asyncio.wait({*turning, ending}, return_when=asyncio.FIRST_COMPLETED)
        faults = (task.exception() for task in turning if task.done())  # nothing else ends them
        return next(faults, None)

    async def _open(self, visit: Callable[..., Any]) -> None:
        """Listen as soon as that can be, and for good."""
        options = self._options
        while self._socket is None:
            try:
                self._socket = listen(options.host, options.port)
            except StateError as error:
                if not self._complaint:
                    log.warning("%s; tried again every %g s", error, RETRY_S)
                self._complaint = str(error)
                self._has_tried.set()
                await asyncio.sleep(RETRY_S)
        self._complaint = ""
        log.info("the status page is at %s", address(options.host, self.port))
        server = await asyncio.start_server(visit, sock=self._socket, limit=MAX_HEAD_BYTES)
        self._has_tried.set()
        try:
            await server.serve_forever()
        finally:
            self._socket = None

    async def _settle(self) -> None:
        while True:
            self._history.settle()
            await asyncio.sleep(SETTLE_S)

    async def _tell(self, feed: Feed) -> None:
        while True:
            pause_s = await feed.turn()
            await asyncio.sleep(pause_s)

    async def _visit(self, app: App, reader: asyncio.StreamReader, writer: BoundedWriter) -> None:
        if not self._places.take():
            await _reply(writer, refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many visitors"))
            return
        try:
            raw = await read_head(reader)
            head = None if raw is None else parse(raw)
            if isinstance(head, Head):
                await self._answer(app, head, writer)
            elif head is not None:
                await _reply(writer, refusal(head))
        finally:
            self._places.leave()
            writer.abort()

    async def _answer(self, app: App, head: Head, writer: BoundedWriter) -> None:
        verdict = self._doorkeeper.judge(head)
        if verdict is Verdict.WRONG_TOKEN:
            self._guesses.add(writer.peer)
            await asyncio.sleep(guesses.PAUSE_S)
        if verdict is not Verdict.ADMITTED:
            await _reply(writer, not_admitted(verdict, head, self._doorkeeper, self._assets))
            return
        if not (self._options.token and head.path.startswith(PUBLIC)):
            self._places.keep()
        whole = asyncio.StreamReader()
        whole.feed_data(head.passed_on())
        whole.feed_eof()
        await app.microdot.handle_request(whole, writer)  # type: ignore[arg-type] # all it uses


async def _reply(writer: BoundedWriter, response: Response) -> None:
    with suppress(BrokenPipeError):
        await response.write(writer)  # type: ignore[arg-type] # all that it uses of one
        await writer.aclose()


def _words_of(fault: BaseException) -> str:
    return " ".join(f"{type(fault).__name__}: {fault}".split()).removesuffix(":")


def _report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.warning("the status page: %s: %s", context["message"], error)
    log.debug("the status page: where it failed", exc_info=error)
