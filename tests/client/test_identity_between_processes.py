"""A run and a command change one identity at the same time, each in a process of its own."""

import pytest

from collector.client import identity as identity_module
from collector.client import recorded
from collector.client.identity import Enrolled, IdentityDirectory


def enrolled(client_id):
    return Enrolled(
        client_id=client_id,
        client_name="gateway-07",
        key=b"key",
        certificate=client_id.encode(),
        ca=b"ca",
        not_before_ms=0,
        not_after_ms=1,
    )


@pytest.fixture
def directory(tmp_path):
    directory = IdentityDirectory(tmp_path / "identity")
    directory.save(enrolled("aa11"))
    return directory


@pytest.fixture
def before_writing(monkeypatch):
    """Have something done by another process just before a file of a certain name is written."""

    def arrange(name, action):
        write = identity_module.write_private

        def writing(file, content):
            if file.name == name:
                action()
            write(file, content)

        monkeypatch.setattr(identity_module, "write_private", writing)

    return arrange


def test_an_identity_that_is_being_written_is_not_cleaned_away(directory, before_writing):
    other = IdentityDirectory(directory.path)
    before_writing("client.json", other.discard_renewed)

    directory.save(enrolled("bb22"))

    assert "bb22" == directory.load().client_id


def test_nor_is_a_successor(directory, before_writing):
    other = IdentityDirectory(directory.path)
    before_writing("renewed.json", other.discard_renewed)

    directory.save_renewed(enrolled("bb22"))

    assert "bb22" == directory.load_renewed().client_id


def test_nor_is_a_request_that_waits_for_its_answer(directory):
    directory.save_renewed(enrolled("bb22"))
    (directory.path / "pending.key").write_bytes(b"key")

    directory.take_up_renewed()

    assert (directory.path / "pending.key").exists()


def test_a_request_that_was_answered_is_removed(directory):
    (directory.path / "pending.key").write_bytes(b"key")

    directory.save_renewed(enrolled("bb22"))

    assert not (directory.path / "pending.key").exists()


def test_an_identity_that_is_replaced_while_it_is_read_is_read_again(directory, monkeypatch):
    other, check = IdentityDirectory(directory.path), recorded.check_modes

    def replaced_first(*files):
        monkeypatch.setattr(recorded, "check_modes", check)
        other.save(enrolled("bb22"))
        check(*files)

    monkeypatch.setattr(recorded, "check_modes", replaced_first)

    assert "bb22" == directory.load().client_id
