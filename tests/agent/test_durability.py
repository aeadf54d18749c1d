import json
import os
import sqlite3
from pathlib import Path

import pytest
from agent_bench import CLIENT, Bench

from collector.agent import recorder
from collector.agent.append_log import AppendLog
from collector.agent.journal import Journal
from collector.agent.store import Store
from collector.agent.value_log import LoggedPush, ValueLog
from collector.errors import StateError


def _log_with(directory: Path, *payloads: bytes) -> ValueLog:
    log = ValueLog(directory)
    for payload in payloads:
        log.append(CLIENT, "we ather", 1000, payload)
    return log


def test_pushes_come_back_as_they_were_kept(tmp_path) -> None:
    log = _log_with(tmp_path, b"a\nb\tc", b"", b"\n")

    assert list(log.pushes()) == [
        LoggedPush(CLIENT, "we ather", 1000, payload) for payload in (b"a\nb\tc", b"", b"\n")
    ]


def test_pushes_before_a_torn_one_come_back(tmp_path) -> None:
    log = _log_with(tmp_path, b"first", b"second")
    whole = (tmp_path / "values.log").read_bytes()

    for length in range(len(whole)):
        (tmp_path / "values.log").write_bytes(whole[:length])
        kept = [push.payload for push in log.pushes()]
        assert kept == ([b"first"] if length >= len(whole) / 2 - 1 and kept else [])


@pytest.mark.parametrize("damage", [b"\xff\xfe\n", b"a\tb\tc\td\n", b"a\tb\t1\t99\nx\n", b"\n"])
def test_damaged_log_ends_where_the_damage_begins(tmp_path, damage: bytes) -> None:
    log = _log_with(tmp_path, b"good")
    with (tmp_path / "values.log").open("ab") as file:
        file.write(damage)

    assert [push.payload for push in log.pushes()] == [b"good"]


def test_last_values_survive_a_kill_and_many_checkpoints(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(recorder, "CHECKPOINT_BYTES", 300)
    bench = Bench(tmp_path)

    for number in range(50):
        bench.push("weather", number, temp=number, wind="w" * number)
        if number % 7 == 0:
            bench.restart()

    bench.restart()
    assert bench.describe("weather", "temp")["value"] == 49
    assert bench.describe("weather", "wind")["lastUpdated"] == 49_000
    assert len(bench.journal()) == 100


def test_values_of_what_was_deleted_do_not_come_back(tmp_path) -> None:
    bench = Bench(tmp_path)
    bench.push("weather", temp=1, wind=2)
    bench.push("other", temp=1)
    bench.ask("sensor/weather/metric/delete", {"metrics": [{"metricId": "temp"}]})
    bench.ask("sensor/other/delete")

    bench.restart()

    assert list(bench.context.clients[CLIENT].sensors) == ["weather"]
    assert list(bench.context.clients[CLIENT].sensors["weather"].metrics) == ["wind"]


def _full_disk(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_push_that_the_disk_does_not_take_gets_error_3_and_changes_nothing(
    bench: Bench, monkeypatch, caplog
) -> None:
    bench.push("weather", temp=1)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _full_disk)
        assert bench.push("weather", temp=2)[1]["errorcode"] == 3

    assert bench.describe("weather", "temp")["value"] == 1
    assert "No space left on device" in caplog.text
    assert bench.push("weather", temp=3)[1] == "Sensor was updated."
    assert [line["value"] for line in bench.journal()] == [1, 3]


def test_push_that_the_journal_does_not_take_does_not_come_back_after_a_kill(
    bench: Bench, monkeypatch
) -> None:
    bench.push("weather", temp=1)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", _no_journal)
        assert bench.push("weather", temp=2)[1]["errorcode"] == 3

    bench.restart()
    assert bench.describe("weather", "temp")["value"] == 1
    assert bench.push("weather", temp=3)[1] == "Sensor was updated."
    bench.restart()
    assert bench.describe("weather", "temp")["value"] == 3


def _no_journal(*_: object) -> None:
    raise StateError("the journal's disk is full")


def test_change_that_the_store_does_not_take_gets_error_3_and_is_not_made(
    bench: Bench, caplog
) -> None:
    blocker = sqlite3.connect(bench.directory / "agent.db", isolation_level=None)
    bench.store._database.execute("PRAGMA busy_timeout = 1")
    blocker.execute("BEGIN IMMEDIATE")

    assert bench.code("sensor/create", {"name": "n"}) == 3
    assert bench.code("update", {"name": "n"}) == 3
    assert bench.push("weather", temp=1)[1]["errorcode"] == 3
    assert bench.code("delete") == 3

    blocker.execute("ROLLBACK")
    blocker.close()
    assert "database is locked" in caplog.text
    assert bench.listed() == []
    assert bench.context.clients[CLIENT].name == "gateway"


def test_piece_that_fits_half_is_taken_back(tmp_path, monkeypatch) -> None:
    log = AppendLog(tmp_path / "log")
    log.append(b"whole\n")
    really_write, sizes = os.write, [3]

    def _short_write(descriptor: int, piece: bytes) -> int:
        return really_write(descriptor, piece[: sizes.pop()]) if sizes else _full_disk()

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _short_write)
        with pytest.raises(StateError, match="No space left"):
            log.append(b"torn in two\n")

    log.append(b"next\n")
    assert (tmp_path / "log").read_bytes() == b"whole\nnext\n"


def test_journal_goes_on_after_a_torn_line(tmp_path) -> None:
    (tmp_path / "j").write_bytes(b'{"whole":1}\n{"torn":')

    journal = Journal(tmp_path / "j")
    journal.append(1, CLIENT, "s", [])
    journal.close()

    assert (tmp_path / "j").read_bytes() == b'{"whole":1}\n{"torn":\n'


def test_journal_that_cannot_be_opened_is_named(tmp_path) -> None:
    with pytest.raises(StateError, match="nowhere/j: cannot be opened"):
        Journal(tmp_path / "nowhere" / "j")


def test_damaged_database_is_named(tmp_path) -> None:
    (tmp_path / "agent.db").write_bytes(b"this is no database" * 100)

    with pytest.raises(StateError, match=r"agent\.db: cannot be used"):
        Store(tmp_path)


def test_database_of_a_newer_agent_is_named(tmp_path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "agent.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(StateError, match="newer agent"):
        Store(tmp_path)


def test_files_of_the_store_are_private(bench: Bench) -> None:
    bench.push("weather", temp=1)

    for path in bench.directory.iterdir():
        if path.suffix != ".crt":
            assert path.stat().st_mode & 0o077 == 0, path


def test_two_hundred_pushes_on_one_sensor_are_one_database_change(bench: Bench) -> None:
    bench.push("weather", temp=0)
    before = bench.store._database.total_changes

    for number in range(200):
        bench.push("weather", temp=number)

    assert bench.store._database.total_changes == before
    assert json.loads(bench.journal_file.read_text("utf-8").splitlines()[-1])["value"] == 199
