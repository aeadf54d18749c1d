"""`collector run` with sources that do their worst, as a user starts and stops it."""

import os
import signal
from pathlib import Path

import pytest
from isolation_bed import SITE
from running import Collector, is_alive, wait_until, workers_of

TABLE = """
[[source]]
plugin = "{plugin}"
sensor = "{name}"
interval = "500ms"
timeout = "1s"
{settings}
"""


def table(name, plugin="trouble", **settings):
    lines = "\n".join(f'{key} = "{value}"' for key, value in settings.items())
    return TABLE.format(name=name, plugin=plugin, settings=lines)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Start a collector with an agent of its own and these sources; it is ended with the test."""
    monkeypatch.setenv("BOILER_PASSWORD", "secret")
    started = []

    def start(*tables):
        file, state = tmp_path / "collector.toml", tmp_path / "state"
        head = f'[collector]\nstate_dir = "{state}"\n[agent]\nkey = "ec-p256"\n'
        head += "[figures]\nenabled = false\n"
        file.write_text(head + "".join(tables))
        started.append(
            Collector(tmp_path / "run", file, state, "--embedded-agent", python_path=SITE)
        )
        return started[-1]

    yield start
    for collector in started:
        collector.kill()


def source(status, name):
    [found] = [each for each in status["sources"] if each["name"] == name]
    return found


def test_the_others_deliver_every_value_while_some_crash_hang_and_flood(run, tmp_path):
    collector = run(
        table("well", "counter"),
        table("crash", trouble="crash", once=tmp_path / "crash"),
        table("spin", trouble="spin", once=tmp_path / "spin"),
        table("leave", trouble="leave", once=tmp_path / "leave"),
        table("flood", "trouble-talker", talk="flood"),
    )

    status = collector.wait_for(
        lambda status: (
            all(
                source(status, name)["reads"] > 2 and source(status, name)["state"] == "ok"
                for name in ("crash", "spin", "leave")
            )
            and status["delivery"]["confirmed_readings"]
        ),
        "all are well again",
    )
    collector.wait_until_confirmed()
    workers = workers_of(collector.process.pid)
    assert 0 == collector.stop()

    assert [1, 1, 1] == [source(status, name)["failures"] for name in ("crash", "spin", "leave")]
    assert (0, "process") == tuple(source(status, "well")[key] for key in ("failures", "isolation"))
    assert 5 == len(workers)
    assert not any(map(is_alive, workers))
    ledger = collector.ledger()
    assert ledger["well"]["accepted"] == ledger["well"]["delivered"] > 3
    assert ledger["flood"]["refused"] > 0


def test_a_stop_takes_no_longer_while_sources_hang(run, tmp_path):
    collector = run(
        table("well", "counter"),
        table("spin", trouble="spin", once=tmp_path / "spin").replace('"1s"', '"60s"'),
        table("sleep", trouble="sleep", once=tmp_path / "sleep").replace('"1s"', '"60s"'),
        table("talker", "trouble-talker", talk="ignore stop"),
    )
    collector.wait_for(
        lambda status: (
            all((tmp_path / name).exists() for name in ("spin", "sleep"))
            and source(status, "well")["reads"] > 2
            and source(status, "talker")["reads"] == 1
            and status["delivery"]["confirmed_readings"]  # else a slow start is what the stop meets
        ),
        "they hang",
    )
    collector.wait_until_confirmed()
    workers = workers_of(collector.process.pid)

    assert 0 == collector.stop()  # within the ten seconds that are promised

    assert 4 == len(workers)
    assert not any(map(is_alive, workers))
    account = collector.ledger()["well"]
    assert account["accepted"] == account["delivered"]


def test_a_stop_while_processes_still_come_up_is_a_stop(run):
    collector = run(table("late", "late"), table("well", "counter"))
    wait_until(lambda: workers_of(collector.process.pid), "its import hangs")

    assert 0 == collector.stop()

    assert "left out" not in collector.complaints


def test_a_collector_that_is_killed_leaves_no_worker_behind(run, tmp_path):
    collector = run(
        table("well", "counter"),
        table("spin", trouble="spin", once=tmp_path / "spin").replace('"1s"', '"60s"'),
    )
    collector.wait_for(lambda status: source(status, "well")["reads"] > 1, "it is read")
    wait_until((tmp_path / "spin").exists, "it hangs")
    workers = workers_of(collector.process.pid)
    assert 2 == len(workers)

    collector.process.send_signal(signal.SIGKILL)

    wait_until(lambda: not any(map(is_alive, workers)), "they are gone")


def test_a_worker_sees_neither_the_key_nor_a_connection_nor_a_secret(run):
    collector = run(table("well", "counter"))
    collector.wait_until_confirmed(2)
    [worker] = workers_of(collector.process.pid)

    files = [os.readlink(link) for link in Path(f"/proc/{worker}/fd").iterdir()]  # noqa: PTH115 - of sockets as well
    environment = Path(f"/proc/{worker}/environ").read_text()

    assert ["/dev/null", "pipe", "pipe", "socket"] == sorted(
        file.partition(":")[0] for file in files
    )
    assert "secret" not in environment
    assert 0 == collector.stop()


def test_a_process_of_its_own_can_be_had_and_refused_by_one_word(run):
    collector = run(
        table("apart", "counter"),
        table("within", "counter", isolation="thread"),
        table("gateway", "system", isolation="process"),
    )

    status = collector.wait_for(
        lambda status: all(each["reads"] for each in status["sources"]), "all are read"
    )

    assert 2 == len(workers_of(collector.process.pid))
    assert ["process", "thread", "process"] == [each["isolation"] for each in status["sources"]]
    assert 0 == collector.stop()
