"""C5: the end comes while a new certificate is written, that of the program or of the power."""

import os
import time

import pytest
from faults.fault_load import BRISK, SITE, STANDARD
from faults.identity_files import IdentityFiles
from faults.small_disk import LoopDisk
from running import Program

CHANGES = 12
"""Of the directory, that an enrolment makes at most: files that come, grow, are renamed and go."""


def picture_of(directory):
    """Return what a directory holds and how it is, to see that it changes."""
    found = set()
    for entry in os.scandir(directory):
        try:
            about = entry.stat()
        except FileNotFoundError:
            continue
        found.add((entry.name, about.st_ino, about.st_size, about.st_mtime_ns))
    return found


def enrol_until(bench, number, changes):
    """Enrol afresh, and return the program once the directory changed so often, or it is done."""
    words = ("provision", "--force", "--config", bench.place.config_file)
    program = Program(bench.place.path / f"provision{number}", *words, python_path=SITE)
    directory = IdentityFiles(bench).directory
    last = picture_of(directory)
    while changes and program.is_running:
        now = picture_of(directory)
        changes -= now != last
        last = now
        time.sleep(0.0005)
    return program


def steps(row):
    """Return after how many changes the end comes, each time; the last comes after all of it."""
    return row.pick((4, 1000), (*(n % CHANGES + 1 for n in range(49)), 1000))


def test_the_identity_is_the_old_or_the_new_one_whenever_it_is_killed(bench, row):
    bench.start(row.pick(BRISK, STANDARD), key="ec-p256")
    assert 0 == bench.collector.stop()
    seen = {IdentityFiles(bench).client_id}
    for number, changes in enumerate(steps(row)):
        enrol_until(bench, number, changes).kill()

        code, _, complaints = bench.ask("client", "ping")

        assert 0 == code, complaints
        seen.add(IdentityFiles(bench).client_id)

    row.note(f"killed {number + 1} times: {len(seen)} identities, each whole")
    assert len(seen) > 1
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped


@pytest.fixture
def disk(bench, own_mounts, tmp_path):
    disk = LoopDisk(tmp_path / "disk.img", bench.place.state_dir)
    yield disk
    disk.close()


@pytest.mark.needs_root
def test_the_identity_is_the_old_or_the_new_one_whenever_the_power_is_cut(bench, row, disk):
    bench.start(row.pick(BRISK, STANDARD), key="ec-p256")
    assert 0 == bench.collector.stop()
    os.sync()  # the identity that the bench brought was not written with care
    seen = {IdentityFiles(bench).client_id}
    for number, changes in enumerate(steps(row)):
        program = enrol_until(bench, number, changes)
        has_ended_well = program.process.poll() == 0
        expected = IdentityFiles(bench).client_id if has_ended_well else None
        disk.cut_power()
        program.kill()
        disk.unmount()
        disk.mount()

        code, _, complaints = bench.ask("client", "ping")

        assert 0 == code, complaints
        used = IdentityFiles(bench).client_id
        assert expected in (None, used)  # what was told to be there is there
        seen.add(used)

    row.note(f"power cut {number + 1} times: {len(seen)} identities, each whole")
    assert len(seen) > 1
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
