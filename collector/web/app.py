"""The routes: the page and its files, the snapshot, its changes, points for plots, metrics."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import unquote

from microdot import Microdot, Request, Response

from collector.web.answers import JSON, answer, refusal
from collector.web.assets import Asset
from collector.web.exposition import CONTENT_TYPE, exposition
from collector.web.feed import Feed, encoded
from collector.web.history import History
from collector.web.metrics import FAMILIES

ROUTES = (
    *("/", "/static/<path:path>", "/api/status", "/api/events"),
    *("/api/trends", "/api/history", "/metrics"),
)
PAGE = "index.html"


class App:
    """Answers what was admitted. Used by one thread's event loop.

    Args:
        feed: The snapshots.
        history: The points.
        assets: The files, by their paths below ``/static/``.
    """

    def __init__(self, feed: Feed, history: History, assets: Mapping[str, Asset]) -> None:
        self._feed = feed
        self._history = history
        self._assets = assets
        self.microdot = Microdot()
        handlers = (
            *(self._page, self._static, self._status, self._events),
            *(self._trends, self._points, self._metrics),
        )
        for path, handler in zip(ROUTES, handlers, strict=True):
            self.microdot.get(path)(handler)
        for status in (HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR):
            self.microdot.errorhandler(status.value)(_refuse_with(status))

    async def _page(self, request: Request) -> Response:
        return self._file(request, PAGE)

    async def _static(self, request: Request, path: str) -> Response:
        return self._file(request, unquote(path))

    async def _status(self, _: Request) -> Response:
        return answer(encoded(self._feed.snapshot()), JSON)

    async def _events(self, _: Request) -> Response:
        # The last one asks nginx, the commonest proxy, not to gather what is sent.
        return answer(self._feed.events(), "text/event-stream", X_Accel_Buffering="no")

    async def _trends(self, request: Request) -> Response:
        return _json(self._history.trends(request.args.get("sensor", "")))

    async def _points(self, request: Request) -> Response:
        sensor, metric = request.args.get("sensor", ""), request.args.get("metric", "")
        points = self._history.points(sensor, metric)
        if points is None:
            return refusal(HTTPStatus.NOT_FOUND, "there are no points of this metric")
        return _json(points)

    async def _metrics(self, _: Request) -> Response:
        text = exposition(FAMILIES, self._feed.snapshot())
        return answer(text.encode(errors="replace"), CONTENT_TYPE)

    def _file(self, request: Request, path: str) -> Response:
        asset = self._assets.get(path)
        if asset is None:
            return refusal(HTTPStatus.NOT_FOUND)
        known = request.headers.get("If-None-Match", "")
        if asset.tag in known:
            return answer(b"", asset.content_type, HTTPStatus.NOT_MODIFIED, ETag=asset.tag)
        return answer(asset.body, asset.content_type, ETag=asset.tag, Cache_Control="no-cache")


def _json(value: object) -> Response:
    return answer(json.dumps(value, separators=(",", ":")).encode(), JSON)


def _refuse_with(status: HTTPStatus) -> Callable[[Request], Awaitable[Response]]:
    async def refuse(_: Request) -> Response:
        return refusal(status)

    return refuse
