"""Answers with the headers that all of them carry."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from types import MappingProxyType

from microdot import Response

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # Nothing but our own files, and nobody may show the page inside theirs.
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)


def answer(
    body: bytes | AsyncIterator[bytes],
    content_type: str,
    status: HTTPStatus = HTTPStatus.OK,
    **headers: str,
) -> Response:
    """Return an answer.

    Args:
        body: All of it, or what gives its pieces.
        content_type: What it is.
        status: Its status.
        headers: More headers, or others; ``_`` in a name stands for ``-``.
    """
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        more["Content-Length"] = str(len(body))
    all_headers = {**HEADERS, "Content-Type": content_type, **more}
    return Response(body, status.value, all_headers, status.phrase)  # type: ignore[arg-type] # pieces are fine


def refusal(status: HTTPStatus, words: str = "") -> Response:
    """Return an answer that says no, in one line."""
    return answer(f"{words or status.phrase}\n".encode(), TEXT, status)
