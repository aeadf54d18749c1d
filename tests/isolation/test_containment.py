"""Everything that a plugin can do to its process, in one run, beside a source that is well."""

import re
from pathlib import Path

import pytest
from isolation_bed import Bed, deadline
from running import is_alive, wait_until
from sampling_rig import Scripted

from collector.errors import SourceUnavailableError

TROUBLES = {  # what is logged of each
    "spin": r"read\(\) did not come back within 3 s; its process was ended",
    "sleep": r"read\(\) did not come back within 3 s; its process was ended",
    "crash": r"its process was killed by SIGSEGV in read\(\)",
    "leave": r"its process left with exit code 0 in read\(\)",
    "fork": r"its process left with exit code 3 in read\(\)",
    "exit": r"read\(\) failed at trouble_source.py:\d+: SystemExit: it leaves",
    "fail": r"read\(\) failed at trouble_source.py:\d+: ZeroDivisionError: a fault of the plugin",
    "devour": r"read\(\) failed at trouble_source.py:\d+: MemoryError",
    "breed": r"RuntimeError: can't start new thread|has \d+ threads: 64 are allowed",
    "send pickle": r"read\(\): the process sent something else than an answer, no JSON",
}
FATAL = ("spin", "sleep", "crash", "leave", "fork", "send pickle")


def group_of(leader):
    """Return the processes of a group."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            members.append(stat.parent.name)
    return members


@pytest.fixture(scope="module")
def run(site, tmp_path_factory):
    """Each source meets its trouble once, in its third read; it ends when all are well again."""
    folder = tmp_path_factory.mktemp("once")
    bed = Bed()
    sources = {
        name: bed.source(name, trouble=name, after=2, once=str(folder / name)) for name in TROUBLES
    }
    well = Scripted()
    bed.start(well=well, **sources)
    try:
        for name in TROUBLES:
            bed.wait_for(lambda name=name: bed.status(name).failures, f"{name} fails")
        reads = {name: bed.status(name).reads for name in TROUBLES}
        for name, before in reads.items():
            bed.wait_for(
                lambda name=name, before=before: bed.status(name).reads > before + 3,
                f"{name} is read again",
            )
        yield bed
    finally:
        bed.stop()


@pytest.mark.parametrize("name", TROUBLES)
def test_a_fault_costs_its_source_one_failure_and_is_named(run, name):
    assert (1, "ok") == (run.status(name).failures, run.status(name).state)
    [said] = [line for line in run.complaints if line.startswith(f"{name}: ")
              and line.endswith("; it is tried again")]  # fmt: skip
    assert re.search(TROUBLES[name], said)


@pytest.mark.parametrize("name", FATAL)
def test_a_process_that_is_of_no_use_any_more_is_replaced(run, name):
    first, *_, last = run.values(name, "pid")

    assert first != last
    assert not is_alive(first)
    run.wait_for_note(name, "its process ended once")


def test_other_sources_miss_no_tick(run):
    well = run.status("well")

    assert (0, 0) == (well.missed_ticks, well.failures)
    assert well.reads > 5


@pytest.mark.parametrize("place", ["open", "read"])
@pytest.mark.parametrize(
    ("trouble", "said_of_it"),
    [
        ("fail", "{place}() failed at trouble_source.py:"),
        ("crash", "its process was killed by SIGSEGV in {place}()"),
    ],
)
def test_a_source_that_fails_at_every_call_backs_off(bed, place, trouble, said_of_it):
    bed.start(a=bed.source(at=place, trouble=trouble), well=Scripted())

    bed.wait_for(lambda: bed.status("a").failures > 1, "two failures")

    said = [line for line in bed.complaints if "it is tried again" in line]
    assert 1 == len(said)
    assert said_of_it.format(place=place) in said[0]
    assert 0 == bed.status("well").missed_ticks


def test_a_process_that_grows_is_ended_and_started_again(bed):
    bed.start(a=bed.source(trouble="hoard"))

    bed.wait_for(lambda: len(set(bed.values("a", "pid"))) > 1, "a second process")

    assert any("MiB of memory more than at its start: 64 MiB" in line for line in bed.complaints)
    assert 1 <= bed.status("a").failures


def test_a_process_without_files_left_is_replaced_after_three_failures(bed, tmp_path):
    bed.start(a=bed.source(trouble="open files", after=1))

    bed.wait_for(lambda: len(set(bed.values("a", "pid"))) > 1, "a second process")

    assert "OSError: [Errno 24] Too many open files" in "\n".join(bed.complaints)
    bed.wait_for_note("a", "it failed 3 times in a row")


def test_what_a_process_has_started_ends_with_it(bed, tmp_path):
    source = bed.opened(trouble="fork", once=str(tmp_path / "once"))
    process = bed.workers._workers["trouble", "source a"]._process

    with pytest.raises(SourceUnavailableError, match="left with exit code 3"):
        source.read("", deadline())

    wait_until(lambda: not group_of(process.pid), "its group is empty")


def test_a_late_read_that_comes_within_the_grace_is_an_overrun_and_no_failure(bed):
    bed.start(a=bed.source(trouble="be late"), timeout_s=0.05)

    bed.wait_for(lambda: len(bed.values("a", "count")) > 2, "readings")

    assert 0 == bed.status("a").failures
    assert bed.status("a").overruns > 1
