"""What the supervisor hears, on a datagram socket that stands for systemd's."""

import os
import socket

import pytest

from collector.service.notify import Notifier
from collector.testkit.clock import FakeClock


@pytest.fixture(params=["path", "abstract"])
def supervisor(request, tmp_path):
    """Return a bound socket and the word for its address in the environment."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    word = str(tmp_path / "notify") if request.param == "path" else f"@collector-{os.getpid()}"
    listener.bind(word if request.param == "path" else f"\0{word[1:]}")
    listener.settimeout(5)
    yield listener, word
    listener.close()


def heard(listener):
    return listener.recv(1000).decode()


def test_each_message_is_one_datagram(supervisor):
    listener, word = supervisor
    notifier = Notifier.take({"NOTIFY_SOCKET": word}, 1, FakeClock())

    notifier.ready()
    notifier.alive()
    notifier.tell("3 sources, all well")
    notifier.stopping()

    expected = ["READY=1", "WATCHDOG=1", "STATUS=3 sources, all well", "STOPPING=1"]
    assert expected == [heard(listener) for _ in expected]


def test_a_reload_says_when_it_began(supervisor):
    listener, word = supervisor
    clock = FakeClock()

    Notifier.take({"NOTIFY_SOCKET": word}, 1, clock).reloading()

    assert f"RELOADING=1\nMONOTONIC_USEC={int(clock.monotonic_s() * 1e6)}" == heard(listener)


def test_the_same_status_is_told_once(supervisor):
    listener, word = supervisor
    notifier = Notifier.take({"NOTIFY_SOCKET": word}, 1, FakeClock())

    for status in ("delivering", "delivering", "waiting", "delivering"):
        notifier.tell(status)

    expected = ["STATUS=delivering", "STATUS=waiting", "STATUS=delivering"]
    assert expected == [heard(listener) for _ in expected]


def test_a_status_with_half_a_character_is_told_all_the_same(supervisor):
    listener, word = supervisor
    notifier = Notifier.take({"NOTIFY_SOCKET": word}, 1, FakeClock())

    notifier.tell("waiting: \ud800")

    assert heard(listener) == "STATUS=waiting: ?"


def test_children_do_not_find_the_supervisor_in_their_environment():
    environ = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "HOME": "/"}

    Notifier.take(environ, 1, FakeClock())

    assert {"HOME": "/"} == environ


@pytest.mark.parametrize(
    ("environ", "expected_s"),
    [
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"}, 30.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_watchdog_is_ours_if_it_names_this_process(environ, expected_s):
    assert expected_s == Notifier.take(environ, 42, FakeClock()).watchdog_s


def test_without_a_supervisor_nothing_is_sent_and_nothing_fails():
    notifier = Notifier.take({}, 1, FakeClock())

    notifier.ready()

    assert not notifier.is_heard


def test_a_supervisor_that_is_gone_does_no_harm(tmp_path):
    notifier = Notifier.take({"NOTIFY_SOCKET": str(tmp_path / "none")}, 1, FakeClock())

    notifier.alive()

    assert notifier.is_heard
