"""A service manager that waits for `READY`, feeds on the watchdog, and shows the status line."""

import signal
import socket

import pytest
from running import wait_until


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """Return what a supervisor hears, as a growing list, from all programs that are started."""
    address = tmp_path / "notify"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(address))
    listener.settimeout(0)
    monkeypatch.setenv("NOTIFY_SOCKET", str(address))
    monkeypatch.setenv("WATCHDOG_USEC", "600000")
    messages = []

    def hear():
        try:
            while True:
                messages.append(listener.recv(4096).decode())
        except BlockingIOError:
            return messages

    yield hear
    listener.close()


def test_a_supervisor_hears_of_the_start_the_progress_a_reload_and_the_end(place, agent, heard):
    collector = place.collector("--service")
    wait_until(lambda: heard().count("WATCHDOG=1") > 3, "the watchdog is fed again and again")
    wait_until(
        lambda: any(each.startswith("STATUS=1 source, all well; connected") for each in heard()),
        "the status line says that all is well",
    )

    collector.process.send_signal(signal.SIGHUP)
    wait_until(
        lambda: any(each.startswith("RELOADING=1\nMONOTONIC_USEC=") for each in heard()),
        "the reload is told",
    )
    wait_until(lambda: heard().count("READY=1") == 2, "the end of the reload is told")

    assert collector.stop() == 0
    assert "READY=1" == heard()[0]
    assert "STOPPING=1" in heard()
