"""A record that is damaged is no end where another one is sound, and nothing sound is removed."""

import errno
from pathlib import Path

import pytest

from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import IdentityError, IdentityUnreadableError


def enrolled(client_id, enrolled_at_ms=0):
    return Enrolled(
        client_id=client_id,
        client_name="gateway-07",
        key=f"key of {client_id}".encode(),
        certificate=f"certificate of {client_id}".encode(),
        ca=b"ca",
        not_before_ms=0,
        not_after_ms=1,
        enrolled_at_ms=enrolled_at_ms,
    )


@pytest.fixture
def directory(tmp_path):
    directory = IdentityDirectory(tmp_path / "identity")
    directory.save(enrolled("aa11"))
    return directory


def damage(directory, *patterns):
    for pattern in patterns:
        files = list(directory.path.glob(pattern))
        assert files
        for file in files:
            file.write_text("{")


def test_the_copy_of_a_damaged_record_is_used(directory):
    whole = directory.load()
    damage(directory, "client.json")

    assert whole == directory.load()


def test_it_is_put_in_its_place_and_told_once(directory):
    whole = directory.load()
    damage(directory, "client.json")

    told, again = directory.mend(), directory.mend()

    assert "client.json is damaged; client aa11 is used instead" in told
    assert "provision" not in told
    assert "" == again
    damage(directory, "aa11-*.json")
    assert whole == directory.load()


def test_a_sound_successor_is_used_where_nothing_of_the_record_is_left(directory):
    directory.save_renewed(enrolled("bb22"))
    damage(directory, "client.json", "aa11-*.json")

    assert "client bb22 is used instead" in directory.mend()

    assert "bb22" == directory.load().client_id
    assert directory.load_renewed() is None


def test_a_sound_successor_is_used_where_a_key_is_gone(directory):
    directory.load().key_file.unlink()
    directory.save_renewed(enrolled("bb22"))

    assert "cannot be used: No such file" in directory.mend()

    assert "bb22" == directory.load().client_id


def test_a_damaged_record_is_not_taken_for_its_successors(directory):
    directory.save_renewed(enrolled("bb22", enrolled_at_ms=5))
    damage(directory, "client.json", "renewed.json")

    assert "client aa11 is used instead" in directory.mend()


def test_without_anything_sound_nothing_is_done(directory):
    damage(directory, "*.json")

    assert "" == directory.mend()
    with pytest.raises(IdentityError, match="damaged"):
        directory.load()


def test_a_key_that_others_can_read_is_refused_whatever_lies_beside_it(directory):
    directory.save_renewed(enrolled("bb22"))
    directory.load().key_file.chmod(0o644)
    damage(directory, "client.json")

    with pytest.raises(IdentityError, match="mode 0644"):
        directory.mend()


def test_files_of_a_damaged_record_are_no_strays(directory):
    key_file = directory.load().key_file
    damage(directory, "client.json", "aa11-*.json")
    (directory.path / "pending.key").write_bytes(b"answered")

    directory.save_renewed(enrolled("bb22"))
    directory.discard_renewed()

    assert key_file.exists()
    assert not (directory.path / "pending.key").exists()


def test_an_identity_of_a_release_without_copies_is_loaded(directory):
    for copy in directory.path.glob("aa11-*.json"):
        copy.unlink()

    assert "aa11" == directory.load().client_id
    assert "" == directory.mend()


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM])
@pytest.mark.parametrize("call", ["read_text", "stat"])
def test_a_failure_that_passes_is_no_damage(directory, monkeypatch, number, call):
    def failing(*_arguments, **_options):
        raise OSError(number, "not now")

    monkeypatch.setattr(Path, call, failing)

    with pytest.raises(IdentityUnreadableError, match="not now"):
        directory.load()
    with pytest.raises(IdentityUnreadableError, match="not now"):
        directory.mend()
