import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_bench import Bench

from collector.agent.append_log import AppendLog
from collector.agent.store import Store


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(autouse=True)
def _stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every store that a test opened: Python 3.13 warns of databases left open."""
    opened: list[Store] = []
    load = Store.load

    def remember(store: Store) -> object:
        if threading.current_thread() is threading.main_thread():  # others close their own
            opened.append(store)
        return load(store)

    monkeypatch.setattr(Store, "load", remember)
    yield
    for store in opened:
        store.close()


@pytest.fixture(autouse=True)
def _logs_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every log that a test opened: thousands of tests would run out of descriptors."""
    opened: list[AppendLog] = []
    start = AppendLog.__init__

    def remember(log: AppendLog, path: Path) -> None:
        start(log, path)
        if threading.current_thread() is threading.main_thread():  # others close their own
            opened.append(log)

    monkeypatch.setattr(AppendLog, "__init__", remember)
    yield
    for log in opened:
        log.close()
