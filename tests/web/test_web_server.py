"""The page over real connections: what is told, to whom, and what nobody can do to it."""

import json
import socket
import threading
from random import Random

import pytest

from collector.buffering.reading import StampedReading
from collector.web import connection

PATHS = ["/", "/api/status", "/api/trends?sensor=power", "/metrics", "/static/page.js", "/nothing"]
ROUTES = ["/", "/api/status", "/api/events", "/api/trends", "/api/history", "/metrics"]


def test_the_page_and_its_files_are_served(serve):
    visitor = serve()

    assert "<title>collector</title>" in visitor.text("/")
    assert "EventSource" in visitor.text("/static/stream.js")
    assert "uPlot" in visitor.text("/static/uplot/uPlot.iife.min.js")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_all_addresses_are_those_of_both_versions(serve):
    visitor = serve(host="::")

    assert 200 == visitor.get("/").status
    with socket.create_connection(("::1", visitor.server.port)) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.0 200 OK")


def test_a_file_that_the_browser_has_is_not_sent_again(serve):
    visitor = serve()
    tag = visitor.get("/static/style.css").headers["ETag"]

    again = visitor.get("/static/style.css", If_None_Match=tag)

    assert (304, b"") == (again.status, again.read())


def test_the_snapshot_is_that_of_the_status(serve, snapshot):
    assert snapshot == json.loads(serve().text("/api/status"))


def test_the_stream_begins_at_once_and_goes_on(serve, snapshot):
    answer = serve().get("/api/events")

    lines = [answer.readline() for _ in range(5)]

    assert "text/event-stream" == answer.headers["Content-Type"]
    assert b"retry: 2000\n" == lines[0]
    assert snapshot == json.loads(lines[1].removeprefix(b"data: "))
    assert snapshot == json.loads(lines[3].removeprefix(b"data: "))


def test_what_was_shown_can_be_plotted(serve, clock):
    visitor = serve()
    reading = StampedReading("power", ("active",), (5.0,), clock.now(), (("meter", 1),))
    visitor.server.show(reading)
    visitor.server._history.settle()

    points = json.loads(visitor.text("/api/history?sensor=power&metric=active"))
    trends = json.loads(visitor.text("/api/trends?sensor=power"))

    assert {"ages_s": [0.0], "values": [5.0]} == points == trends["active"]
    assert 404 == visitor.get("/api/history?sensor=power&metric=other").status


def test_odd_words_of_a_plugin_are_told_as_well_as_can_be(serve, snapshot):
    snapshot["sources"][0]["message"] = snapshot["values"][0]["unit"] = "a \ud800\n\u2028 b"
    visitor = serve()

    told = json.loads(visitor.text("/api/status"))

    assert "a ?\n\u2028 b" == told["sources"][0]["message"]
    assert 'unit="a ?\\n' in visitor.text("/metrics")
    assert visitor.get("/api/events").readline()


def test_metrics_are_for_scrapers(serve):
    answer = serve().get("/metrics")

    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["Content-Type"]
    assert b"\ncollector_delivery_connected 1\n" in answer.read()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_kept_from_other_sites(serve, path):
    headers = serve().get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", [*ROUTES, "/static/page.js"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(serve, path, method):
    assert 405 == serve().get(path, method).status


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/status", "/api/events"])
def test_head_is_answered_without_a_body(serve, path):
    answer = serve().get(path, "HEAD")

    assert (200, b"") == (answer.status, answer.read())


@pytest.mark.parametrize(
    "path",
    ["/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd", "/static/", "/x"],
)
def test_no_other_file_can_be_had(serve, path):
    assert 404 == serve().get(path).status


def test_a_strange_host_is_told_what_to_do(serve):
    answer = serve().get("/api/status", Host="evil.example")

    assert 421 == answer.status
    assert b"'names' in [web]" in answer.read()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", b"413"),
        (b"GET /" + b"x" * 4000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000, b""),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", None),
    ],
)
def test_nonsense_is_refused_in_silence(serve, capfd, caplog, monkeypatch, raw, status):
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.2)
    visitor = serve()

    said = visitor.send(raw)

    assert (said[9:12] if status else said) == (status or b"")
    assert 200 == visitor.get("/").status
    assert ("", "") == capfd.readouterr()
    assert ["the status page is at"] == [line[:21] for line in caplog.messages] or not (
        caplog.messages
    )


def test_mangled_requests_leave_nothing_behind(serve, capfd, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.2)
    visitor, random = serve(max_connections=256), Random(7)
    whole = b"GET /api/trends?sensor=a%20b HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\n\r\n"
    for _ in range(200):
        mangled = bytearray(whole)
        for _ in range(random.randrange(1, 4)):
            mangled[random.randrange(len(mangled))] = random.randrange(256)
        with visitor.hold() as mangler:
            mangler.sendall(mangled)

    _wait_until_left(visitor.server)

    assert 200 == visitor.get("/").status
    assert ("", "") == capfd.readouterr()


def test_who_says_nothing_is_let_go(serve, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.05)

    with serve().hold() as silent:
        assert b"" == silent.recv(1)


def test_more_visitors_than_allowed_are_turned_away(serve):
    visitor = serve(max_connections=4)
    watching = [visitor.get("/api/events") for _ in range(4)]
    assert all(answer.readline() for answer in watching)

    answer = visitor.get("/")

    assert (503, b"too many visitors\n") == (answer.status, answer.read())


def test_a_visitor_who_leaves_makes_room(serve):
    visitor = serve(max_connections=4)
    for _ in range(12):
        answer = visitor.get("/api/status")
        assert 200 == answer.status
        answer.read()
        answer.close()


def test_a_viewer_that_takes_nothing_is_let_go_and_holds_up_nobody(serve, snapshot, monkeypatch):
    monkeypatch.setattr(connection, "WRITE_TIMEOUT_S", 0.1)
    snapshot["padding"] = "x" * 8_000_000
    visitor = serve()
    with visitor.hold() as slow:
        slow.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.recv(1)

        assert 200 == visitor.get("/static/page.js").status
        _wait_until_left(visitor.server)


def _wait_until_left(server):
    done = threading.Event()
    for _ in range(200):
        if server._places.taken == 0:
            return
        done.wait(0.05)
    pytest.fail("it is still served")
