"""When the page can be visited and when not, and that a run never depends on it."""

import logging
import socket
import threading

import pytest

from collector.testkit.clock import FakeClock
from collector.web import revival
from collector.web import server as serving
from collector.web.history import History
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


def test_a_page_that_fails_comes_back_by_itself_and_tells_so_meanwhile(
    serve, snapshot, monkeypatch, caplog
):
    monkeypatch.setattr(revival, "PAUSES_S", (0.2,))
    visitor = serve()
    answer = visitor.get("/api/events")
    answer.readline()
    sound = snapshot["sources"]

    snapshot["sources"] = object()

    told = _first(visitor.server.complaint)
    snapshot["sources"] = sound

    why = "TypeError: Object of type object is not JSON serializable"
    assert f"the status page failed: {why}; started again in 0.2 s" == told
    assert _becomes(lambda: visitor.server.port and not visitor.server.complaint())
    assert "sources" in visitor.text("/api/status")
    assert [told] == caplog.messages


def test_a_page_that_fails_again_and_again_is_given_up(serve, snapshot, monkeypatch, clock):
    monkeypatch.setattr(revival, "PAUSES_S", (0.01, 0.01))
    monkeypatch.setattr(History, "settle", _fail)
    visitor = serve()

    visitor.server._thread.join(TIMEOUT_S)

    expected = "the status page failed: KeyError: 'no place'; it has failed too often"
    assert expected == visitor.server.complaint()


def test_a_page_that_waits_to_be_started_again_can_be_stopped(serve, monkeypatch):
    monkeypatch.setattr(History, "settle", _fail)
    monkeypatch.setattr(revival, "PAUSES_S", (1000.0,))
    visitor = serve()
    _first(visitor.server.complaint)

    visitor.server.stop()

    assert not visitor.server._thread.is_alive()


def test_a_fault_after_an_hour_is_a_first_one_again():
    clock = FakeClock()
    faults = revival.Revival(clock)
    pauses_s = [faults.pause_s() for _ in range(6)]

    clock.advance(601 + 3600)

    assert [1.0, 5.0, 30.0, 120.0, 600.0, None] == pauses_s
    assert 1.0 == faults.pause_s()


def _fail(*_):
    raise KeyError("no place")


def _first(ask):
    """Return the first answer that says something."""
    said = []
    assert _becomes(lambda: said.append(ask()) or said[-1])
    return said[-1]


def _becomes(condition):
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _ in range(int(TIMEOUT_S / 0.02)))
