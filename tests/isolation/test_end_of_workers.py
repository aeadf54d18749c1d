"""A worker ends with the collector, however that ends, and within the time of a stop."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from isolation_bed import SITE, deadline, pid_of
from running import is_alive, wait_until

from collector.errors import SourceUnavailableError
from collector.plugin.border import PluginFault

PARENT = f"""
import sys, threading
sys.path[:0] = [{str(SITE)!r}, {str(SITE.parents[1])!r}]
from isolation_bed import Bed, deadline, pid_of
bed = Bed()
print(pid_of(bed.opened()), flush=True)
busy = bed.opened("busy", trouble=sys.argv[1], after=1)
print(pid_of(busy), flush=True)
busy.read("", deadline(600))
"""


@pytest.mark.parametrize("trouble", ["spin", "sleep"])
def test_workers_end_when_the_collector_is_killed(trouble):
    words = [sys.executable, "-c", PARENT, trouble]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        assert all(map(is_alive, pids))

        parent.send_signal(signal.SIGKILL)

        for pid in pids:
            wait_until(lambda pid=pid: not is_alive(pid), "the worker has ended")


def test_an_idle_worker_leaves_by_itself_at_the_end(bed):
    source = bed.opened()
    pid = pid_of(source)
    process = bed.workers._workers["trouble", "source a"]._process

    bed.workers.stop()

    assert not is_alive(pid)
    assert 0 == process._attendant.code


@pytest.mark.parametrize("trouble", ["spin", "sleep"])
def test_a_worker_that_hangs_does_not_delay_the_end(bed, trouble, tmp_path):
    source = bed.opened(trouble=trouble, once=str(tmp_path / "hangs"))
    raised = []

    def read():
        try:
            source.read("", deadline(600))
        except SourceUnavailableError as error:
            raised.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    wait_until((tmp_path / "hangs").exists, "it hangs")
    began_s = time.monotonic()

    bed.workers.stop()
    thread.join(10)

    assert time.monotonic() - began_s < 5
    assert ["its process was killed by SIGKILL in read()"] == raised


def test_once_asked_to_end_they_have_no_time_beyond_that(bed, tmp_path, monkeypatch):
    monkeypatch.setattr("collector.isolation.workers.STOP_TIMEOUT_S", 0.0)
    source = bed.opened(trouble="spin", once=str(tmp_path / "hangs"))
    pid = bed.workers._workers["trouble", "source a"]._process.pid
    thread = threading.Thread(target=failing, args=(source,))
    thread.start()
    wait_until((tmp_path / "hangs").exists, "it hangs")
    bed.workers.ask_to_end()
    began_s = time.monotonic()

    bed.workers.stop()
    thread.join(10)

    assert time.monotonic() - began_s < 1.5
    assert not is_alive(pid)


def failing(source):
    with pytest.raises(SourceUnavailableError):
        source.read("", deadline(600))


def test_nothing_is_started_after_the_end(bed):
    source = bed.source()
    bed.workers.stop()

    with pytest.raises(SourceUnavailableError, match="the collector is stopping"):
        source.open()


def test_a_process_that_cannot_be_started_is_a_failure_of_its_source(bed, monkeypatch):
    monkeypatch.setattr("sys.executable", "/no/such/python")

    with pytest.raises(SourceUnavailableError, match=r"its process cannot be started: .*No such"):
        bed.source()


def test_one_that_the_kernel_takes_between_two_reads_is_started_again(bed):
    source = bed.opened()
    os.kill(pid_of(source), signal.SIGKILL)

    with pytest.raises(SourceUnavailableError, match=r"its process was killed by SIGKILL"):
        source.read("", deadline())

    source.close()
    source.open()
    assert is_alive(pid_of(source))


def test_a_signal_to_the_whole_group_is_left_to_the_collector(bed):
    source = bed.opened()
    pid = pid_of(source)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(pid, number)

    assert pid == pid_of(source)


def test_a_plugin_that_cannot_be_imported_there_says_so(bed):
    bed.module = "no_such_module"

    with pytest.raises(PluginFault, match=r"^importing it failed: .*No module named 'no_such_m"):
        bed.source()
