"""Two identities on disk for a while, and a machine that may die between any two steps."""

import contextlib
import os
from pathlib import Path

import pytest

from collector.client import files as files_module
from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import IdentityError


def enrolled(number, client_id):
    return Enrolled(
        client_id=client_id,
        client_name="gateway-07",
        key=b"key %d" % number,
        certificate=b"certificate %d" % number,
        ca=b"ca %d" % number,
        not_before_ms=number,
        not_after_ms=number + 1,
    )


OLD = enrolled(1, "aa11")
NEW = enrolled(2, "bb22")
SAME_ID = enrolled(3, "aa11")
"""An agent may well give a renewed certificate the same id."""


class PowerCutError(BaseException):
    """Nothing handles it, as nothing handles the real one."""


@pytest.fixture
def directory(tmp_path):
    return IdentityDirectory(tmp_path / "identity")


@pytest.fixture
def cut_after(monkeypatch):
    """Have the power cut at the n-th call that changes the disk; tells how many there were."""

    def arrange(calls):
        done = []

        def counted(function):
            def call(*arguments, **options):
                if len(done) == calls:
                    raise PowerCutError
                done.append(function.__name__)
                return function(*arguments, **options)

            return call

        for owner, name in (
            (files_module.os, "open"),
            (files_module.os, "fsync"),
            (Path, "replace"),
            (Path, "unlink"),
        ):
            monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
        return done

    return arrange


def number_of(identity):
    """Return which identity it is; fails when its files are not all of the same one."""
    contents = {
        path.read_bytes().split()[-1]
        for path in (identity.key_file, identity.certificate_file, identity.ca_file)
    }
    assert {b"%d" % identity.not_before_ms} == contents
    return identity.not_before_ms


def all_points(action, cut_after, monkeypatch):
    """Yield once for each point at which the action can be cut off, and once after all of it."""
    for calls in range(1000):
        done = cut_after(calls)
        with contextlib.suppress(PowerCutError):
            action()
        monkeypatch.undo()
        yield
        if len(done) < calls:
            assert calls > 3, "there were points to cut at"
            return
    pytest.fail("it never came to its end")


def test_a_renewed_identity_waits_beside_the_one_in_use(directory):
    directory.save(OLD)
    directory.save_renewed(NEW)

    assert 1 == number_of(directory.load())
    assert 2 == number_of(directory.load_renewed())


def test_taking_up_the_renewed_identity_leaves_nothing_of_the_old_one(directory):
    directory.save(OLD)
    directory.save_renewed(NEW)

    directory.take_up_renewed()

    assert 2 == number_of(directory.load())
    assert directory.load_renewed() is None
    assert not any(file.read_bytes().endswith(b" 1") for file in directory.path.iterdir())


def test_a_renewed_identity_can_be_given_up(directory):
    directory.save(OLD)
    directory.save_renewed(NEW)

    directory.discard_renewed()

    assert 1 == number_of(directory.load())
    assert directory.load_renewed() is None
    assert 5 == len(list(directory.path.iterdir()))


def test_an_enrolment_by_force_replaces_both(directory):
    directory.save(OLD)
    directory.save_renewed(NEW)

    directory.save(SAME_ID)

    assert 3 == number_of(directory.load())
    assert directory.load_renewed() is None
    assert 5 == len(list(directory.path.iterdir()))


@pytest.mark.parametrize("new", [NEW, SAME_ID])
def test_a_renewal_that_is_cut_off_anywhere_leaves_the_old_identity_whole(
    directory, cut_after, monkeypatch, new
):
    directory.save(OLD)

    for _ in all_points(lambda: directory.save_renewed(new), cut_after, monkeypatch):
        assert 1 == number_of(directory.load())
        renewed = directory.load_renewed()
        assert renewed is None or number_of(renewed) == new.not_before_ms
        directory.discard_renewed()


@pytest.mark.parametrize("new", [NEW, SAME_ID])
def test_a_switch_that_is_cut_off_anywhere_leaves_the_old_identity_or_the_new_one(
    directory, cut_after, monkeypatch, new
):
    def prepare():
        directory.save(OLD)
        directory.save_renewed(new)

    prepare()
    seen = set()
    for _ in all_points(directory.take_up_renewed, cut_after, monkeypatch):
        seen.add(number_of(directory.load()))
        renewed = directory.load_renewed()
        assert renewed is None or number_of(renewed) == new.not_before_ms
        prepare()

    assert {1, new.not_before_ms} == seen


@pytest.mark.parametrize("new", [NEW, SAME_ID])
def test_an_enrolment_that_is_cut_off_anywhere_leaves_the_old_identity_or_the_new_one(
    directory, cut_after, monkeypatch, new
):
    directory.save(OLD)
    seen = set()
    for _ in all_points(lambda: directory.save(new), cut_after, monkeypatch):
        seen.add(number_of(directory.load()))
        directory.save(OLD)

    assert {1, new.not_before_ms} == seen


def test_a_renewed_identity_that_others_can_read_is_refused(directory):
    directory.save(OLD)
    directory.save_renewed(NEW).key_file.chmod(0o640)

    with pytest.raises(IdentityError, match="mode 0640"):
        directory.load_renewed()

    assert 1 == number_of(directory.load())


def test_files_are_synced_before_they_get_their_name_and_the_directory_after(
    directory, monkeypatch
):
    steps = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(files_module.os, "fsync", lambda fd: (steps.append("sync"), fsync(fd)))
    monkeypatch.setattr(
        Path, "replace", lambda old, new: (steps.append("rename"), replace(old, new))
    )

    directory.save(OLD)

    assert ["sync", *["sync", "rename", "sync"] * 5] == steps
