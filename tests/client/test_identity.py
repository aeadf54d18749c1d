"""The identity on disk: whole, private, and never half of two."""

import json
import os
import stat

import pytest

from collector.client import identity as identity_module
from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import IdentityError, StateError

FIRST = Enrolled(
    client_id="aa11",
    client_name="gateway-07",
    key=b"key 1",
    certificate=b"certificate 1",
    ca=b"ca",
    not_before_ms=1_700_000_000_000,
    not_after_ms=1_731_536_000_000,
)
SECOND = Enrolled(
    client_id="bb22",
    client_name="gateway-07",
    key=b"key 2",
    certificate=b"certificate 2",
    ca=b"ca",
    not_before_ms=1_700_000_000_001,
    not_after_ms=1_731_536_000_001,
)


@pytest.fixture
def directory(tmp_path):
    return IdentityDirectory(tmp_path / "state" / "identity")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_no_identity_is_none_and_not_an_error(directory):
    assert directory.load() is None


def test_what_was_saved_is_loaded(directory):
    saved = directory.save(FIRST)

    loaded = directory.load()

    assert loaded == saved
    assert (loaded.client_id, loaded.client_name) == ("aa11", "gateway-07")
    assert (loaded.not_before_ms, loaded.not_after_ms) == (1_700_000_000_000, 1_731_536_000_000)
    assert loaded.key_file.read_bytes() == b"key 1"
    assert loaded.certificate_file.read_bytes() == b"certificate 1"
    assert loaded.ca_file.read_bytes() == b"ca"


def test_everything_is_for_its_owner_alone(directory):
    previous = os.umask(0)
    try:
        directory.save(FIRST)
    finally:
        os.umask(previous)

    assert mode(directory.path) == 0o700
    assert {mode(file) for file in directory.path.iterdir()} == {0o600}


def test_a_new_identity_replaces_the_old_one_without_a_trace(directory):
    directory.save(FIRST)
    directory.save(SECOND)

    assert directory.load().client_id == "bb22"
    assert not any(b"1" == file.read_bytes()[-1:] for file in directory.path.iterdir())


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_an_interrupted_save_leaves_the_old_identity_whole(directory, monkeypatch, writes):
    directory.save(FIRST)
    write = identity_module.write_private
    done = []

    def fail_after(file, content):
        if len(done) == writes:
            raise StateError("the power was cut")
        done.append(file)
        write(file, content)

    monkeypatch.setattr(identity_module, "write_private", fail_after)
    with pytest.raises(StateError):
        directory.save(SECOND)

    loaded = directory.load()
    assert loaded.client_id == "aa11"
    assert loaded.key_file.read_bytes() == b"key 1"
    assert loaded.certificate_file.read_bytes() == b"certificate 1"


@pytest.mark.parametrize("bits", [0o010, 0o005, 0o077])
def test_a_directory_that_others_can_enter_is_refused(directory, bits):
    directory.save(FIRST)
    directory.path.chmod(0o700 | bits)

    with pytest.raises(IdentityError, match=f"{0o700 | bits:04o}.*chmod 700"):
        directory.load()


@pytest.mark.parametrize("bits", [0o040, 0o004, 0o002])
def test_a_key_that_others_can_read_is_refused_with_file_and_mode(directory, bits):
    key_file = directory.save(FIRST).key_file
    key_file.chmod(0o600 | bits)

    with pytest.raises(IdentityError) as raised:
        directory.load()

    assert f"{key_file} has mode {0o600 | bits:04o}" in str(raised.value)
    assert f"chmod 600 {key_file}" in str(raised.value)


@pytest.mark.parametrize("missing", ["key_file", "certificate_file"])
def test_a_missing_file_is_named(directory, missing):
    file = getattr(directory.save(FIRST), missing)
    file.unlink()

    with pytest.raises(IdentityError, match=f"{file.name} cannot be used: No such file"):
        directory.load()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps({"client_id": "a/b"}),
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_damaged_record_is_told_in_one_line(directory, text):
    directory.save(FIRST)
    for record in directory.path.glob("*.json"):
        record.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(IdentityError, match=r"client\.json"):
        directory.load()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_id", "a/b"),
        ("client_id", "+"),
        ("key_file", "../../elsewhere"),
        ("not_after_ms", "tomorrow"),
        ("not_before_ms", True),
        ("not_before_ms", 10**18),
        ("key_file", "nul\0"),
        ("key_file", "\ud800"),
        ("key_file", ".."),
    ],
)
def test_a_record_that_was_tampered_with_is_refused(directory, key, value):
    directory.save(FIRST)
    for record in directory.path.glob("*.json"):
        record.write_text(json.dumps(json.loads(record.read_text()) | {key: value}))

    with pytest.raises(IdentityError, match="damaged"):
        directory.load()


def test_a_deleted_identity_is_set_aside_under_a_free_name(directory):
    directory.save(FIRST)
    first = directory.set_aside()
    directory.save(SECOND)
    second = directory.set_aside()

    assert [first.name, second.name] == ["identity.deleted-1", "identity.deleted-2"]
    assert next(first.glob("aa11-*.key")).read_bytes() == b"key 1"
    assert directory.load() is None


def test_there_may_be_nothing_to_set_aside(directory):
    assert directory.set_aside() is None


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StateError, match="cannot be made"):
        IdentityDirectory(tmp_path / "file" / "identity").save(FIRST)
