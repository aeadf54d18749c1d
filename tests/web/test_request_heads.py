"""Only heads that the library behind the routes can take are let through to it."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.web.head import MAX_HEADERS, Head, parse


def raw(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_a_browser_is_understood():
    head = parse(raw("GET /api/history?sensor=a%20b HTTP/1.1", "Host: x:1", "Cookie: a=1; b=2"))

    assert isinstance(head, Head)
    assert ("GET", "/api/history") == (head.method, head.path)
    assert ("a b", "", "2", "") == (
        head.query("sensor"),
        head.query("metric"),
        head.cookie("b"),
        head.cookie("c"),
    )


def test_only_what_the_routes_need_is_passed_on():
    head = parse(raw("GET /?a=1 HTTP/1.1", "Host: x", "Authorization: Bearer t", "Cookie: a=1"))

    assert isinstance(head, Head)
    assert b"GET /?a=1 HTTP/1.0\r\ncookie: a=1\r\n\r\n" == head.passed_on()


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        (HTTPStatus.BAD_REQUEST, [""]),
        (HTTPStatus.BAD_REQUEST, ["GET /"]),
        (HTTPStatus.BAD_REQUEST, ["GET  / HTTP/1.1"]),
        (HTTPStatus.BAD_REQUEST, ["GET http://x/ HTTP/1.1"]),
        (HTTPStatus.BAD_REQUEST, ["GET / HTTP/2"]),
        (HTTPStatus.BAD_REQUEST, ["GET /%zz HTTP/1.1"]),
        (HTTPStatus.BAD_REQUEST, ["GET /%ff HTTP/1.1"]),
        (HTTPStatus.BAD_REQUEST, ["GET /\xe4 HTTP/1.1"]),
        (HTTPStatus.BAD_REQUEST, ["GET / HTTP/1.1", "no colon"]),
        (HTTPStatus.BAD_REQUEST, ["GET / HTTP/1.1", " : folded"]),
        (HTTPStatus.BAD_REQUEST, ["GET / HTTP/1.1", "A: \x00"]),
        (HTTPStatus.BAD_REQUEST, ["GET / HTTP/1.1", "Host: a", "host: b"]),
        (HTTPStatus.METHOD_NOT_ALLOWED, ["POST / HTTP/1.1"]),
        (HTTPStatus.METHOD_NOT_ALLOWED, ["OPTIONS / HTTP/1.1"]),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ["GET / HTTP/1.1", "Content-Length: 5"]),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ["GET / HTTP/1.1", "Content-Length: -5"]),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ["GET / HTTP/1.1", "Transfer-Encoding: chunked"]),
        (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, ["GET /" + "x" * 2048 + " HTTP/1.1"]),
        (
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            ["GET / HTTP/1.1", *(f"A{n}: 1" for n in range(MAX_HEADERS + 1))],
        ),
    ],
)
def test_what_is_no_request_of_ours_is_refused(status, lines):
    assert status == parse(raw(*lines))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(given_bytes):
    assert isinstance(parse(given_bytes + b"\r\n\r\n"), HTTPStatus | Head)
