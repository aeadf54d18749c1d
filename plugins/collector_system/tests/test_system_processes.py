"""Processes: those of a tree of files, and this one."""

import os

import psutil
import pytest

from collector_system.process_table import ProcessTable

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
STAT = "cpu  1 0 1 1 1 0 0 0 0 0\nbtime 1795484795\nprocs_running 3\nprocs_blocked 1\n"


def process(machine, pid, name, **figures):
    defaults = {"cpu_s": 0.0, "pages": 10, "started": 0, "state": "S"}
    cpu_s, pages, started, state = (defaults | figures).values()
    # proc(5): column 2 name, 3 state, 14 and 15 the times, 22 the start in ticks after boot.
    zeros = " ".join(["0"] * 30)
    times = f"{int(cpu_s * TICKS_PER_S)} 0 0 0"
    text = f"{pid} ({name[:15]}) {state} 1 1 1 0 -1 0 0 0 0 0 {times} 20 0 1 0 {started} 0 {pages}"
    machine.proc(f"{pid}/stat", f"{text} {zeros}\n")
    machine.proc(f"{pid}/statm", f"100 {pages} 5 1 0 8 0\n")
    machine.proc(f"{pid}/cmdline", f"/usr/sbin/{name}\0-D\0")


@pytest.fixture
def busy(machine):
    machine.proc("stat", STAT)
    machine.proc("loadavg", "0.5 0.4 0.3 1/92 5648\n")
    process(machine, 1, "systemd")
    process(machine, 50, "sshd", cpu_s=5.0, pages=100)
    return machine


def test_processes_and_tasks_are_counted(busy):
    assert busy.read(busy.group("process")) == {
        "process_count": 2.0,
        "task_count": 92.0,
        "tasks_running": 3.0,
        "tasks_blocked": 1.0,
    }


def watched(machine, group):
    return {name: value for name, value in machine.read(group).items() if name.startswith("proc_")}


def test_a_program_that_runs_gives_its_memory_and_later_its_load(busy):
    group = busy.group("process", processes=["sshd"])
    first = watched(busy, group)
    busy.clock.advance(10.0)
    process(busy, 50, "sshd", cpu_s=7.5, pages=100)

    second = watched(busy, group)

    memory = 100 * os.sysconf("SC_PAGE_SIZE") * 8.0
    assert first == {"proc_sshd_running": True, "proc_sshd_count": 1.0, "proc_sshd_memory": memory}
    assert second == first | {"proc_sshd_cpu_percent": pytest.approx(25.0)}


def test_a_program_that_does_not_run_is_said_not_to(busy):
    values = watched(busy, busy.group("process", processes=["cron"]))

    assert values == {"proc_cron_running": False, "proc_cron_count": 0.0}


def test_a_program_that_ends_and_starts_again_is_followed(busy):
    group = busy.group("process", processes=["sshd"])
    watched(busy, group)
    busy.remove("proc/50")
    busy.clock.advance(10.0)
    ended = watched(busy, group)
    process(busy, 60, "sshd", cpu_s=1.0, started=99)
    busy.clock.advance(10.0)

    back = watched(busy, group)

    assert ended["proc_sshd_running"] is False
    assert back["proc_sshd_running"] is True
    assert "proc_sshd_cpu_percent" not in back


def test_all_processes_of_a_name_count_together(busy):
    group = busy.group("process", processes=["sshd"])
    watched(busy, group)
    process(busy, 51, "sshd", cpu_s=1.0, pages=50, started=20)
    busy.clock.advance(10.0)

    values = watched(busy, group)

    assert values["proc_sshd_count"] == 2.0
    assert values["proc_sshd_memory"] == 150 * os.sysconf("SC_PAGE_SIZE") * 8.0
    assert values["proc_sshd_cpu_percent"] == pytest.approx(10.0)


def test_a_process_that_is_dead_but_not_buried_does_not_count(busy):
    process(busy, 50, "sshd", state="Z")

    assert watched(busy, busy.group("process", processes=["sshd"]))["proc_sshd_running"] is False


def test_names_longer_than_the_kernel_keeps_are_found(busy):
    process(busy, 70, "a-program-with-a-long-name")

    group = busy.group("process", processes=["a-program-with-a-long-name"])

    assert list(watched(busy, group).values())[:2] == [True, 1.0]


def test_a_program_that_was_just_started_by_another_is_found(busy):
    process(busy, 80, "sh", started=5)
    group = busy.group("process", processes=["nginx"])
    before = watched(busy, group)
    process(busy, 80, "nginx", started=5)
    busy.clock.advance(60.0)

    after = watched(busy, group)

    assert before["proc_nginx_running"] is False
    assert after["proc_nginx_running"] is True


def test_a_number_that_passed_to_a_wanted_program_is_found_within_a_minute(busy):
    table = ProcessTable(str(busy.root / "proc"), ["nginx"])
    for second in range(3):
        table.read(float(second))
    process(busy, 1, "nginx", started=7)

    too_soon, later = table.read(30.0), table.read(61.0)

    assert (too_soon, list(later)) == ({}, ["nginx"])


def test_a_program_that_became_another_no_longer_counts(busy):
    table = ProcessTable(str(busy.root / "proc"), ["sshd"])
    table.read(0.0)
    process(busy, 50, "bash")

    assert table.read(1.0) == {}


def test_psutil_is_left_as_it_was(busy):
    busy.read(busy.group("process", processes=["sshd"]))

    assert psutil.PROCFS_PATH == "/proc"


def test_this_very_process_is_found():
    name = psutil.Process().name()

    found = ProcessTable("/proc", [name]).read(0.0)

    assert any(key.startswith(f"{os.getpid()}-") for key in found[name].cpu_s)
    assert found[name].memory_bytes > 1_000_000
