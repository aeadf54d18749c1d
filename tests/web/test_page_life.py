"""When the page can be visited and when not, and that a run never depends on it."""

import logging
import socket
import threading

import pytest

from collector.web import server as serving
from collector.web.options import WebOptions
from collector.web.server import WebServer

TIMEOUT_S = 10.0


@pytest.fixture
def taken():
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other


def test_a_port_that_is_taken_is_told_and_tried_again(taken, clock, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(serving, "RETRY_S", 0.02)
    port = taken.getsockname()[1]
    page = WebServer(WebOptions(host="127.0.0.1", port=port), dict, clock)
    page.start()
    complaint = page.complaint()

    taken.close()

    assert f"[web] cannot listen on 127.0.0.1 port {port}: Address already in use" == complaint
    assert _becomes(lambda: page.port == port and not page.complaint())
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S):
        pass
    page.stop()
    assert [True, False] == ["cannot listen" in line for line in caplog.messages]


def test_a_page_that_waits_for_its_port_can_be_stopped(taken, clock):
    page = WebServer(WebOptions(host="127.0.0.1", port=taken.getsockname()[1]), dict, clock)
    page.start()

    page.stop()

    assert not page._thread.is_alive()


def test_an_address_that_this_machine_has_not_is_told(clock):
    page = WebServer(WebOptions(host="192.0.2.1", port=0), dict, clock)
    page.start()

    assert "[web] cannot listen on 192.0.2.1 port 0: Cannot assign" in page.complaint()
    page.stop()


def test_the_page_ends_while_it_is_watched(serve):
    visitor = serve()
    answer = visitor.get("/api/events")
    answer.readline()

    visitor.server.stop()

    assert not visitor.server._thread.is_alive()


def test_a_failing_snapshot_ends_the_thread_that_takes_it(serve, snapshot, monkeypatch):
    died = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: died.set())
    visitor = serve()
    answer = visitor.get("/api/events")
    answer.readline()

    snapshot["sources"] = object()

    assert died.wait(TIMEOUT_S)
    visitor.server._thread.join(TIMEOUT_S)
    assert "the status page has ended by a fault of its own" == visitor.server.complaint()


def _becomes(condition):
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _ in range(int(TIMEOUT_S / 0.02)))
