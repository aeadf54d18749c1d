"""The process that all workers are forked from, and what each of them is held by."""

import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from isolation_bed import CLOCK, SITE, Bed, deadline, pid_of
from running import children_of, is_alive, wait_until

from collector.errors import SourceUnavailableError
from collector.isolation.attendant import MAX_BYTES, Attendant
from collector.isolation.output import MAX_LINES, Output
from collector.isolation.process import Process
from collector.testkit.clock import FakeClock

PARENT = f"""
import sys
sys.path[:0] = [{str(SITE)!r}, {str(SITE.parents[1])!r}]
from isolation_bed import Bed, deadline
bed = Bed()
source = bed.opened(trouble="leave a child", extra=("child",))
[reading] = source.read("", deadline())
print(reading.values["child"], flush=True)
source.read("", deadline(600))
"""


def server_of(bed: Bed) -> int:
    return bed.workers._server.pid


def process_of(bed: Bed, source: str = "a") -> Process:
    return bed.workers._workers["trouble", f"source {source}"]._process


def test_all_workers_come_from_one_process_that_runs_no_plugin(bed):
    first, second = bed.opened("a"), bed.opened("b")

    server = server_of(bed)

    assert {pid_of(first), pid_of(second)} == {*children_of(server)}
    assert 1 == len([*Path(f"/proc/{server}/task").iterdir()])
    maps = Path(f"/proc/{server}/maps").read_text()
    assert "_ssl" not in maps  # nothing that could hold a key was ever loaded there
    files = [os.readlink(link) for link in Path(f"/proc/{server}/fd").iterdir() if link.name != "2"]  # noqa: PTH115 - of sockets as well
    assert {"/dev/null", "socket", "anon_inode"} >= {file.partition(":")[0] for file in files}


def test_a_worker_bears_its_source_s_name(bed):
    pid = pid_of(bed.opened("boiler in the cellar"))

    assert "boiler in the c" == Path(f"/proc/{pid}/comm").read_text().strip()


def test_a_worker_that_ended_is_no_zombie(bed):
    pid = pid_of(bed.opened())

    os.kill(pid, signal.SIGKILL)

    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "it is reaped")


def test_all_is_well_again_after_the_end_of_the_process_they_were_forked_from(bed):
    source = bed.opened()
    worker, server = pid_of(source), server_of(bed)

    os.kill(server, signal.SIGKILL)

    wait_until(lambda: not is_alive(worker), "the worker has ended as well")
    with pytest.raises(SourceUnavailableError, match="ended with the one that it was forked from"):
        source.read("", deadline())
    source.close()
    source.open()
    assert server not in (server_of(bed), pid_of(source))


def test_it_ends_with_the_run(bed):
    bed.opened()
    server = server_of(bed)

    bed.workers.stop()

    assert not is_alive(server)


def test_what_a_plugin_has_started_ends_with_a_collector_that_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        assert is_alive(child)

        parent.send_signal(signal.SIGKILL)

        wait_until(lambda: not is_alive(child), "the plugin's child has ended")


def test_what_outlives_its_worker_holds_nothing_of_the_collector(bed):
    source = bed.opened(trouble="leave a daemon")
    attendant = process_of(bed)._attendant

    with pytest.raises(SourceUnavailableError, match="left with exit code 3"):
        source.read("", deadline())

    attendant.join(4)
    assert not attendant.is_alive()


def test_a_worker_that_is_stopped_is_ended_like_one_that_hangs(bed):
    source = bed.opened()
    pid = pid_of(source)
    os.kill(pid, signal.SIGSTOP)

    with pytest.raises(SourceUnavailableError, match=r"read\(\) did not come back within"):
        source.read("", deadline(0.1))

    wait_until(lambda: not is_alive(pid), "it has ended")


@pytest.fixture
def attended():
    """An attendant on a clock that stands still, and the writing end of its output."""
    reader, writer = os.pipe()
    ours, held = socket.socketpair()
    clock = FakeClock()
    stream = os.fdopen(reader, "rb", 0)
    attendant = Attendant("a", ours, stream, Output("a", (), clock), clock)
    attendant.start()
    yield attendant, writer, clock
    held.close()
    attendant.join(5)
    os.close(writer)
    assert not attendant.is_alive()


def test_whoever_writes_without_end_has_to_wait(attended, caplog):
    attendant, writer, clock = attended
    os.set_blocking(writer, False)

    written = fill(writer, attendant)

    assert written < 1.2 * MAX_BYTES
    clock.advance(1)
    wait_until(lambda: fill(writer, attendant), "it is read again")


def fill(writer: int, attendant: Attendant) -> int:
    """Write until nobody reads any more, and return how much that was."""
    written = 0
    while True:
        try:
            written += os.write(writer, b"\n" * 65536)
        except BlockingIOError:
            if attendant._bytes > MAX_BYTES:
                return written


def test_of_too_many_lines_their_number_is_told(caplog):
    clock = FakeClock()
    output = Output("a", (), clock)

    with caplog.at_level(logging.INFO):
        for chunk in (b"one\ntw", b"o\n" + b"more\n" * MAX_LINES, b"rest"):
            output.take(chunk)
        output.finish()

    assert ["a: wrote: one", "a: wrote: two"] == caplog.messages[:2]
    assert MAX_LINES + 1 == len(caplog.messages)
    assert "a: wrote 3 more lines" == caplog.messages[-1]


def test_no_worker_is_without_a_reason_where_none_can_be_forked(bed, monkeypatch):
    bed.opened()
    monkeypatch.setattr(bed.workers._server, "fork", refuse)

    with pytest.raises(SourceUnavailableError, match="cannot be started: it was refused"):
        bed.source("b", kind="trouble-talker")


def refuse(title: str, files: object) -> None:
    raise OSError("it was refused")


def test_stamps_bear_the_boot_that_the_collector_knows(bed, monkeypatch):
    monkeypatch.setattr(CLOCK, "_boot_id", "a container's")

    bed.start(talker=bed.source("talker", "trouble-talker"))

    bed.wait_for(lambda: bed.accepted, "a reading")
    assert "a container's" == bed.accepted[0].taken_at.boot_id


def test_a_worker_that_leaves_its_group_is_ended_all_the_same(bed):
    source = bed.opened(trouble="leave the group")
    pid = pid_of(source)

    with pytest.raises(SourceUnavailableError, match=r"read\(\) did not come back within"):
        source.read("", deadline(0.1))

    wait_until(lambda: not is_alive(pid), "it has ended")


def test_a_request_without_all_its_files_costs_no_other_worker(bed):
    source = bed.opened()
    pid = pid_of(source)
    reader, writer = os.pipe()

    bed.workers._server.fork("half", [reader])

    os.close(reader)
    os.close(writer)
    assert is_alive(pid_of(bed.opened("b")))
    assert pid == pid_of(source)


def test_a_hanging_worker_is_ended_even_if_what_it_was_forked_from_hangs(bed):
    source = bed.opened(trouble="sleep", after=1)
    pid = pid_of(source)
    os.kill(server_of(bed), signal.SIGSTOP)

    with pytest.raises(SourceUnavailableError, match=r"read\(\) did not come back within"):
        source.read("", deadline(0.1))

    wait_until(lambda: not is_alive(pid), "it has ended")


def test_one_that_forks_nothing_any_more_is_replaced(bed, monkeypatch):
    bed.opened()
    bed.workers.end_unused()  # all sources of the start are made
    first = server_of(bed)
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr("collector.isolation.handle.START_LIMIT_S", 0.5)

    with pytest.raises(SourceUnavailableError, match="starting its process did not come back"):
        bed.opened("b")

    monkeypatch.undo()
    assert is_alive(pid_of(bed.opened("c")))
    assert first != server_of(bed)
