"""A thread that dies: one of ours ends the run, a plugin's does not."""

import threading

import pytest

from collector.service.threads import ASKER, watch_threads


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
