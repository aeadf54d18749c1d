"""A signal is acted on whichever thread gets it, and whatever the main thread waits for."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from collector.service.signals import Signals

LONG_S = 20.0
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _handlers():
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send_to_another_thread(number):
    """Have a thread send itself a signal, as the kernel may choose to."""
    thread = threading.Thread(
        target=lambda: signal.pthread_kill(threading.get_ident(), number), daemon=True
    )
    thread.start()
    return thread


def python(program):
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, check=False, close_fds=False, text=True, timeout=LONG_S,
    )  # fmt: skip


def open_pipes():
    links = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that which listed them
            links.add(str(descriptor.readlink()))
    return {link for link in links if link.startswith("pipe:")}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_another_thread_gets_while_the_main_thread_waits_is_acted_on(number):
    acted = threading.Event()

    with Signals({number: acted.set}):
        send_to_another_thread(number).join()

        assert acted.wait(LONG_S / 4)  # a handler in Python would run after this wait, not in it


def test_every_signal_has_its_own_action_in_the_order_they_came():
    seen, all_seen = [], threading.Event()
    actions = {
        signal.SIGHUP: lambda: seen.append("hangup"),
        signal.SIGTERM: lambda: (seen.append("end"), all_seen.set()),
    }

    with Signals(actions):
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)

        assert all_seen.wait(LONG_S)
    assert ["hangup", "end"] == seen


def test_what_came_just_before_the_end_is_acted_on_and_what_comes_after_it_is_ignored():
    seen = []

    with Signals({signal.SIGTERM: lambda: seen.append("end")}):
        os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)

    assert ["end"] == seen


def test_a_thousand_signals_at_once_neither_block_nor_hide_another_one():
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def hang():
        begun.set()
        let_go.wait(LONG_S)

    with Signals({signal.SIGHUP: hang, signal.SIGTERM: ended.set}):
        os.kill(os.getpid(), signal.SIGHUP)
        assert begun.wait(LONG_S)
        for _ in range(1000):
            os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        let_go.set()

        assert ended.wait(LONG_S)


def test_whoever_waited_for_signals_before_does_so_again():
    mine, other = os.pipe()
    os.set_blocking(other, False)
    before = signal.set_wakeup_fd(other)
    try:
        with Signals({signal.SIGTERM: lambda: None}):
            pass

        assert other == signal.set_wakeup_fd(before)
    finally:
        os.close(mine)
        os.close(other)


def test_a_program_that_is_started_meanwhile_gets_neither_handlers_nor_the_pipe():
    look = (
        "import os, signal\n"
        "print(*(signal.getsignal(n) is signal.SIG_DFL for n in (15, 1)))\n"
        "for fd in os.listdir('/proc/self/fd'):\n"
        "    try: print(os.readlink('/proc/self/fd/' + fd))\n"
        "    except OSError: pass\n"
    )
    before = open_pipes()
    with Signals({signal.SIGTERM: lambda: None, signal.SIGHUP: lambda: None}):
        ours = open_pipes() - before
        told = python(look).stdout.splitlines()

    assert "True True" == told[0]
    assert 1 == len(ours)
    assert ours.isdisjoint(told)


def test_a_run_that_waits_is_not_kept_by_a_signal_that_another_thread_got():
    """As `collector run` waits, in a process that no test changes."""
    program = (
        "import signal, threading\n"
        "from collector.service.signals import Signals\n"
        "ended = threading.Event()\n"
        "def send(): signal.pthread_kill(threading.get_ident(), signal.SIGTERM)\n"
        "with Signals({signal.SIGTERM: ended.set}):\n"
        "    threading.Timer(0.05, send).start()\n"
        "    ended.wait()\n"
    )

    assert 0 == python(program).returncode


def test_a_fork_ends_by_a_signal_and_its_parent_goes_on():
    program = (
        "import os, signal, threading, warnings\n"
        "warnings.simplefilter('ignore')\n"  # from 3.12 on, of any fork beside threads
        "from collector.service.signals import Signals\n"
        "ended = threading.Event()\n"
        "with Signals({signal.SIGTERM: ended.set}):\n"
        "    reader, writer = os.pipe()\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os.write(writer, b'.')\n"
        "        threading.Event().wait()\n"
        "    os.read(reader, 1)\n"
        "    os.kill(child, signal.SIGTERM)\n"
        "    print(os.waitpid(child, 0)[1], ended.is_set())\n"
    )
    told = python(program)

    assert (f"{int(signal.SIGTERM)} False\n", "") == (told.stdout, told.stderr)
