"""The thread that serves the page: one event loop for all visitors.

accept ──> enough places? ──> head, in time ──> host, token ──> routes ──> answer, in time
                503               dropped          421, 401
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
from collector.web.admission import Doorkeeper, Verdict
from collector.web.answers import answer, refusal
from collector.web.app import App
from collector.web.assets import read_assets
from collector.web.connection import BoundedWriter, read_head
from collector.web.feed import Feed
from collector.web.head import MAX_HEAD_BYTES, Head, parse
from collector.web.history import History
from collector.web.options import WebOptions

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 1.0
SETTLE_S = 1.0
"""How long readings wait for their place in the plots."""

SIGN_IN = "sign-in.html"
_HIDDEN = b" hidden"
"""In that file, what hides the line that a token was wrong."""


class WebServer:
    """Serves the page until it is stopped.

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
        self._assets = read_assets()
        self._socket: socket.socket | None = None
        self._end: Callable[[], object] = lambda: None
        self._is_ready = threading.Event()
        self._open = 0
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, once it was started."""
        return 0 if self._socket is None else int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Listen, and serve.

        Raises:
            StateError: The address cannot be taken.
        """
        host, port = self._options.host, self._options.port
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            is_dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
            self._socket = socket.create_server((host, port), family=family, dualstack_ipv6=is_dual)
        except OSError as error:
            reason = error.strerror or error
            raise StateError(f"[web] cannot listen on {host} port {port}: {reason}") from error
        log.info("the status page is at %s", _address(host, self.port))
        self._thread.start()

    def stop(self) -> None:
        """Serve no more. Safe to call twice, and without `start`."""
        if self._thread.is_alive() and self._is_ready.wait(STOP_TIMEOUT_S):
            with suppress(RuntimeError):  # it has ended by itself
                self._end()
            self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(_report)
        feed = Feed(self._status, self._clock)
        app = App(feed, self._history, self._assets)

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._visit(app, reader, BoundedWriter(writer))

        server = await asyncio.start_server(visit, sock=self._socket, limit=MAX_HEAD_BYTES)
        self._end = lambda: loop.call_soon_threadsafe(ended.set)
        self._is_ready.set()
        turning: asyncio.Future[Any] = asyncio.gather(self._settle(), self._tell(feed))
        ending: asyncio.Future[Any] = asyncio.create_task(ended.wait())
        await asyncio.wait({turning, ending}, return_when=asyncio.FIRST_COMPLETED)
        server.close()
        if turning.done():  # they end by their errors alone, and that is the end of this thread
            turning.result()

    async def _settle(self) -> None:
        while True:
            self._history.settle()
            await asyncio.sleep(SETTLE_S)

    async def _tell(self, feed: Feed) -> None:
        while True:
            pause_s = await feed.turn()
            await asyncio.sleep(pause_s)

    async def _visit(self, app: App, reader: asyncio.StreamReader, writer: BoundedWriter) -> None:
        if self._open >= self._options.max_connections:
            await _reply(writer, refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many visitors"))
            return
        self._open += 1
        try:
            raw = await read_head(reader)
            head = None if raw is None else parse(raw)
            if isinstance(head, Head):
                await self._answer(app, head, writer)
            elif head is not None:
                await _reply(writer, refusal(head))
        finally:
            self._open -= 1
            writer.abort()

    async def _answer(self, app: App, head: Head, writer: BoundedWriter) -> None:
        verdict = self._doorkeeper.judge(head)
        if verdict is not Verdict.ADMITTED:
            await _reply(writer, self._not_admitted(verdict, head))
            return
        whole = asyncio.StreamReader()
        whole.feed_data(head.passed_on())
        whole.feed_eof()
        await app.microdot.handle_request(whole, writer)  # type: ignore[arg-type] # all it uses

    def _not_admitted(self, verdict: Verdict, head: Head) -> Response:
        if verdict is Verdict.WRONG_HOST:
            return refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this name is not known here: add it to 'names' in [web]",
            )
        if verdict is Verdict.SIGNED_IN:
            cookie = self._doorkeeper.cookie
            if head.headers.get("x-forwarded-proto") == "https":
                cookie += "; Secure"
            return answer(b"", "text/plain", HTTPStatus.SEE_OTHER, Location="/", Set_Cookie=cookie)
        if head.path != "/":
            return refusal(HTTPStatus.UNAUTHORIZED, "the token is needed: Authorization: Bearer")
        page = self._assets[SIGN_IN]
        body = page.body.replace(_HIDDEN, b"") if verdict is Verdict.WRONG_TOKEN else page.body
        return answer(body, page.content_type, HTTPStatus.UNAUTHORIZED)


async def _reply(writer: BoundedWriter, response: Response) -> None:
    with suppress(BrokenPipeError):
        await response.write(writer)  # type: ignore[arg-type] # all that it uses of one
        await writer.aclose()


def _report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.warning("the status page: %s: %s", context["message"], error)
    log.debug("the status page: where it failed", exc_info=error)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
