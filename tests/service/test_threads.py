"""A thread that dies: one of ours ends the run, a plugin's does not."""

import threading

import pytest

from collector.service.threads import ASKER, PAGE, watch_threads
from collector.testkit.clock import FakeClock
from collector.web.options import WebOptions
from collector.web.server import WebServer


def _function_of(module, cause):
    """Return a function that raises, as if it were written in that module."""
    scope = {"__name__": module, "cause": cause}
    exec("def work():\n    raise cause", scope)
    return scope["work"]


@pytest.fixture
def deaths(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    deaths = []
    watch_threads(deaths.append)
    return deaths


def _run(target, name="thread"):
    thread = threading.Thread(target=target, name=name)
    thread.start()
    thread.join()


def test_unexpected_exception_in_a_thread_of_ours_is_reported(deaths):
    cause = ZeroDivisionError("a bug")

    _run(_function_of("collector.publishing.connection.uplink", cause))

    assert [cause] == deaths


def test_exit_from_a_thread_of_ours_is_its_death_as_well(deaths):
    _run(_function_of("collector.sampling.link", SystemExit(0)))

    assert ["SystemExit(0)"] == [str(death) for death in deaths]


def test_thread_of_a_plugin_ends_alone_and_is_logged(deaths, caplog):
    _run(_function_of("collector_modbus.plugin", ZeroDivisionError("a bug")), "modbus")

    assert [] == deaths
    assert ["thread modbus ended: ZeroDivisionError: a bug"] == caplog.messages


def test_asker_ends_alone(deaths, caplog):
    _run(_function_of("collector.service.control", ZeroDivisionError("a bug")), ASKER)

    assert [] == deaths
    assert "a bug" in caplog.text


def test_status_page_ends_alone(deaths, caplog):
    page = WebServer(WebOptions(host="127.0.0.1", port=0), dict, FakeClock())

    _run(_function_of("collector.web.server", ZeroDivisionError("a bug")), page._thread.name)

    assert page._thread.name == PAGE
    assert [] == deaths
    assert "thread page ended: ZeroDivisionError: a bug" in caplog.text
