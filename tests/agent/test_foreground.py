"""The agent ends at a signal, whichever thread the kernel gives it to."""

import signal
import threading

import pytest

from collector.agent.foreground import run_until_stopped
from collector.agent.options import AgentOptions

NUMBERS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def _handlers():
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_another_thread_gets_ends_it(tmp_path, number):
    def send() -> None:
        signal.pthread_kill(threading.get_ident(), number)

    options = AgentOptions(directory=tmp_path / "agent", provision_port=0, port=0)
    ready = []

    def announce(line: str) -> None:
        ready.append(line)
        threading.Timer(0.05, send).start()

    run_until_stopped(options, announce)

    assert 1 == len(ready)
    assert signal.SIG_IGN is signal.getsignal(number)  # the next one does not spoil the end
