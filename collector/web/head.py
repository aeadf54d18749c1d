"""The head of a request, judged before anything acts on it.

The library behind the routes reads what it is given without a limit of time, and complains on
standard error about what it cannot read. So it is given nothing but heads that have passed here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

MAX_HEAD_BYTES = 8192
MAX_LINE_BYTES = 2048
"""The longest line that microdot reads."""

MAX_HEADERS = 64
END = b"\r\n\r\n"

_LINE = re.compile(rb"[\t\x20-\x7e]*")
_REQUEST = re.compile(r"([A-Z]{1,16}) (/\S*) HTTP/1\.[01]")
_TARGET = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})+")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PASSED_ON = ("cookie", "if-none-match")


@dataclass(frozen=True, slots=True)
class Head:
    """A request that may be answered.

    Attributes:
        method: ``GET`` or ``HEAD``.
        target: The path and the query, as they were sent.
        headers: By their names in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path, as it was sent."""
        return self.target.partition("?")[0]

    def query(self, name: str) -> str:
        """Return the first value of a key of the query; empty when there is none."""
        values = parse_qs(self.target.partition("?")[2], errors="replace").get(name, [])
        return values[0] if values else ""

    def cookie(self, name: str) -> str:
        """Return a cookie; empty when there is none of this name."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    def passed_on(self) -> bytes:
        """Return what the routes need of it, as a head again."""
        kept = [f"{name}: {self.headers[name]}" for name in _PASSED_ON if name in self.headers]
        return "\r\n".join([f"{self.method} {self.target} HTTP/1.0", *kept, "", ""]).encode()


def parse(raw: bytes) -> Head | HTTPStatus:
    """Return the head of a request, or the status to refuse it with.

    Args:
        raw: All up to the empty line, with it.
    """
    first, *rest = raw.removesuffix(END).split(b"\r\n")
    if len(rest) > MAX_HEADERS or any(len(line) > MAX_LINE_BYTES for line in (first, *rest)):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if not all(_LINE.fullmatch(line) for line in (first, *rest)):
        return HTTPStatus.BAD_REQUEST
    request = _REQUEST.fullmatch(first.decode())
    headers = _headers([line.decode() for line in rest])
    if request is None or headers is None or not _is_target(request[2]):
        return HTTPStatus.BAD_REQUEST
    if request[1] not in ("GET", "HEAD"):
        return HTTPStatus.METHOD_NOT_ALLOWED
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Head(request[1], request[2], headers)


def _headers(lines: list[str]) -> dict[str, str] | None:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or not _NAME.fullmatch(name) or (key == "host" and key in headers):
            return None
        headers[key] = value.strip()
    return headers


def _is_target(target: str) -> bool:
    try:
        unquote(target, errors="strict")
    except UnicodeDecodeError:
        return False
    return _TARGET.fullmatch(target) is not None
