"""The token of the page over real connections: asked for, exchanged, and guessed in vain."""

import socket
import time

import pytest

from collector.web import guesses
from collector.web.app import ROUTES as ALL_ROUTES

TOKEN = "0123456789abcdef0123456789abcdef"
ROUTES = [route for route in ALL_ROUTES if not route.startswith("/static/")]


@pytest.fixture
def at_once(monkeypatch):
    """Wrong tokens are not answered slowly."""
    monkeypatch.setattr(guesses, "PAUSE_S", 0.0)


def test_without_the_token_nothing_is_told(serve, snapshot):
    visitor = serve(token=TOKEN)

    for path in ROUTES:
        answer = visitor.get(path)
        body = answer.read().decode()
        assert 401 == answer.status, path
        assert not [word for word in (TOKEN, "meter", "power", "1.2.3") if word in body], path


def test_a_wrong_token_is_told_so_and_is_not_shown(serve, at_once):
    visitor = serve(token=TOKEN)

    wrong = visitor.get("/?token=not-the-right-one").read().decode()

    assert '<p role="alert" data-level="bad">That is not the token.' in wrong
    assert "not-the-right-one" not in wrong
    assert "hidden" in visitor.get("/").read().decode()


def test_the_token_is_exchanged_for_a_cookie(serve):
    visitor = serve(token=TOKEN)

    signed_in = visitor.get(f"/?token={TOKEN}")

    cookie = signed_in.headers["Set-Cookie"]
    assert (303, "/") == (signed_in.status, signed_in.headers["Location"])
    assert TOKEN not in f"{signed_in.headers}{signed_in.read()!r}"
    assert "Secure" not in cookie
    assert 200 == visitor.get("/metrics", Cookie=cookie.partition(";")[0]).status


def test_the_form_sends_the_token_in_no_address(serve):
    visitor = serve(token=TOKEN)

    signed_in = visitor.get("/sign-in", Authorization=f"Bearer {TOKEN}")

    form = visitor.get("/").read().decode()
    assert (303, "/") == (signed_in.status, signed_in.headers["Location"])
    assert "HttpOnly" in signed_in.headers["Set-Cookie"]
    assert 'name="' not in form.partition("<form")[2]
    assert "/static/sign-in.js" in form


def test_wrong_tokens_are_answered_slowly_and_told_once_a_minute(serve, clock, caplog, monkeypatch):
    monkeypatch.setattr(guesses, "PAUSE_S", 0.05)
    visitor = serve(token=TOKEN)
    began_s = time.monotonic()

    for guess in ("a", "b", "c"):
        assert 401 == visitor.get("/metrics", Authorization=f"Bearer {guess}").status
    clock.advance(guesses.TELL_S)
    assert 401 == visitor.get("/metrics", Authorization="Bearer d").status

    told = [line for line in caplog.messages if "wrong token" in line]
    assert 4 * 0.05 <= time.monotonic() - began_s
    assert ["1 time", "3 times"] == [line.partition(": ")[2].partition(" a wr")[0] for line in told]
    assert all(line.endswith("from 127.0.0.1") for line in told)


def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(serve):
    signed_in = serve(token=TOKEN).get(f"/?token={TOKEN}", X_Forwarded_Proto="https")

    assert signed_in.headers["Set-Cookie"].endswith("; Secure")


def test_a_scraper_sends_the_token_in_its_header(serve, at_once):
    visitor = serve(token=TOKEN)

    assert 200 == visitor.get("/metrics", Authorization=f"Bearer {TOKEN}").status
    assert 401 == visitor.get("/metrics", Authorization="Bearer wrong").status


@pytest.mark.parametrize("path", ["", "/static/style.css"])
def test_who_has_shown_no_token_keeps_nobody_out(serve, caplog, path):
    visitor = serve(token=TOKEN, max_connections=4)
    held = [visitor.hold() for _ in range(40)]
    for each in held:
        if path:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            each.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    assert 200 == visitor.get("/api/status", Authorization=f"Bearer {TOKEN}").status

    for each in held:
        each.close()
    assert [] == caplog.messages
