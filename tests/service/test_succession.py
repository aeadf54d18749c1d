"""Two identities: the successor is tried, and the old one is used until the agent takes it."""

import errno
from pathlib import Path
from random import Random

import pytest

from collector.client import identity as identity_module
from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import (
    AgentAbsentError,
    AgentRefusesError,
    IdentityError,
    IdentityUnreadableError,
    RefusalReason,
    StateError,
)
from collector.service.succession import LONGEST_PAUSE_S, SHORTEST_PAUSE_S, Succession
from collector.testkit.clock import FakeClock


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


class Site:
    def __init__(self, path):
        self.clock = FakeClock()
        self.identities = IdentityDirectory(path / "identity")
        self.succession = Succession(self.identities, self.clock, Random(1))
        self.identities.save(enrolled("old1"))

    def choose(self):
        return self.succession.choose().client_id

    def reject(self, error):
        return self.succession.rejected(self.succession.choose(), error)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def refused(reason):
    return AgentRefusesError(reason, "refused")


def test_without_a_successor_the_identity_in_use_is_chosen(site):
    assert "old1" == site.choose()
    assert not site.succession.wants_change()
    assert not site.reject(refused(RefusalReason.CLIENT_CERTIFICATE_REVOKED))


def test_a_successor_is_tried_as_soon_as_it_is_there(site):
    site.choose()
    site.identities.save_renewed(enrolled("new2"))

    assert site.succession.wants_change()
    assert "new2" == site.choose()
    assert not site.succession.wants_change()


def test_a_successor_that_the_agent_takes_is_the_one_in_use(site):
    site.identities.save_renewed(enrolled("new2"))

    site.succession.accepted(site.succession.choose())

    assert "new2" == site.identities.load().client_id
    assert site.identities.load_renewed() is None
    assert not site.succession.wants_change()
    assert "new2" == site.choose()


def test_a_successor_that_the_agent_does_not_take_leaves_the_old_one_in_use(site):
    site.identities.save_renewed(enrolled("new2"))

    assert site.reject(refused(RefusalReason.CLIENT_NOT_AUTHORIZED))

    assert "old1" == site.choose()
    assert "does not take the renewed certificate: refused" in site.succession.trouble
    assert not site.succession.wants_change()


def test_a_successor_that_was_not_taken_is_tried_again_with_growing_pauses(site):
    site.identities.save_renewed(enrolled("new2"))
    pauses_s = []
    for _ in range(20):
        assert site.reject(AgentAbsentError("nobody there"))
        assert "old1" == site.choose()
        begun_s = site.clock.monotonic_s()
        while not site.succession.wants_change():
            site.clock.advance(5)
        pauses_s.append(site.clock.monotonic_s() - begun_s)

    assert SHORTEST_PAUSE_S <= min(pauses_s)
    assert max(pauses_s) <= LONGEST_PAUSE_S + 5
    assert max(pauses_s) > 5 * SHORTEST_PAUSE_S


def test_a_successor_that_can_never_be_taken_is_given_up(site):
    site.identities.save_renewed(enrolled("new2"))

    assert site.reject(refused(RefusalReason.CLIENT_CERTIFICATE_REVOKED))

    assert site.identities.load_renewed() is None
    assert "old1" == site.choose()


def test_a_successor_whose_files_do_not_fit_is_given_up(site):
    site.identities.save_renewed(enrolled("new2"))

    assert site.reject(IdentityError("the key is another's"))

    assert site.identities.load_renewed() is None


def failing(number):
    def fail(*_arguments, **_options):
        raise OSError(number, "not now")

    return fail


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EIO])
def test_a_successor_that_cannot_be_read_now_is_kept_and_tried_later(
    site, monkeypatch, caplog, number
):
    renewed = site.identities.save_renewed(enrolled("new2"))
    stat = Path.stat
    monkeypatch.setattr(
        Path,
        "stat",
        lambda self, **options: (
            failing(number)() if self == renewed.key_file else stat(self, **options)
        ),
    )
    assert ["old1", "old1"] == [site.choose(), site.choose()]
    assert 1 == sum("not now" in record.getMessage() for record in caplog.records)
    monkeypatch.undo()

    assert site.succession.wants_change()
    assert "new2" == site.choose()


def test_an_identity_in_use_that_cannot_be_read_now_is_no_end(site, monkeypatch):
    monkeypatch.setattr(Path, "read_text", failing(errno.EMFILE))
    with pytest.raises(IdentityUnreadableError, match="not now"):
        site.choose()
    monkeypatch.undo()

    assert "old1" == site.choose()


def test_a_damaged_identity_is_replaced_by_its_successor_with_one_line(site, caplog):
    site.identities.save_renewed(enrolled("new2"))
    for name in ("client.json", next(site.identities.path.glob("old1-*.json")).name):
        (site.identities.path / name).write_text("{")

    assert ["new2", "new2"] == [site.choose(), site.choose()]

    [told] = [record.getMessage() for record in caplog.records]
    assert "client.json is damaged" in told
    assert "client new2 is used instead" in told


def test_a_damaged_identity_is_replaced_by_its_copy(site, caplog):
    (site.identities.path / "client.json").write_text("{")

    assert ["old1", "old1"] == [site.choose(), site.choose()]

    assert 1 == len(caplog.records)


def test_a_key_in_use_that_is_no_key_is_replaced_by_a_sound_successor(site):
    site.identities.save_renewed(enrolled("new2"))
    site.reject(AgentAbsentError("nobody there"))
    old = site.succession.choose()

    assert site.succession.rejected(old, IdentityError("the key is damaged"))
    assert "new2" == site.choose()
    assert site.identities.load_renewed() is None


def test_with_nothing_sound_left_a_damaged_key_is_the_end(site):
    assert not site.reject(IdentityError("the key is damaged"))


def test_a_damaged_successor_is_given_up(site):
    site.identities.save_renewed(enrolled("new2"))
    (site.identities.path / "renewed.json").write_text("{")

    assert "old1" == site.choose()
    assert site.identities.load_renewed() is None


def test_the_old_identity_is_not_on_trial(site):
    site.identities.save_renewed(enrolled("new2"))
    site.reject(AgentAbsentError("nobody there"))

    old = site.succession.choose()

    assert not site.succession.rejected(old, refused(RefusalReason.CLIENT_CERTIFICATE_REVOKED))
    assert site.identities.load_renewed() is not None


def test_an_identity_that_was_got_by_hand_is_changed_to(site):
    site.choose()
    site.identities.save(enrolled("hand3"))

    assert site.succession.wants_change()
    assert "hand3" == site.choose()
    assert not site.succession.wants_change()


def test_a_successor_without_a_predecessor_is_used_whatever_happened_to_it(site):
    site.identities.save_renewed(enrolled("new2"))
    site.reject(AgentAbsentError("nobody there"))
    (site.identities.path / "client.json").unlink()

    assert "new2" == site.choose()


def test_a_disk_that_takes_nothing_does_not_end_the_connection(site, monkeypatch):
    site.identities.save_renewed(enrolled("new2"))
    identity = site.succession.choose()

    def full():
        raise StateError("no space left on device")

    monkeypatch.setattr(site.identities, "take_up_renewed", full)
    site.succession.accepted(identity)
    monkeypatch.undo()
    site.succession.accepted(identity)

    assert "new2" == site.identities.load().client_id


def test_a_successor_that_was_taken_up_is_on_trial_no_more_although_the_disk_failed_then(
    site, monkeypatch
):
    site.identities.save_renewed(enrolled("new2"))
    identity = site.succession.choose()
    monkeypatch.setattr(identity_module, "sync_directory", _failing)
    site.succession.accepted(identity)
    assert "new2" == site.identities.load().client_id

    has_another = site.succession.rejected(identity, AgentAbsentError("nobody listens"))

    assert not has_another
    assert "" == site.succession.trouble


def test_a_successor_without_a_predecessor_has_no_other_to_go_on_with(site):
    site.identities.save_renewed(enrolled("new2"))
    (site.identities.path / "client.json").unlink()

    assert not site.reject(AgentAbsentError("nobody listens"))


def test_an_identity_that_was_replaced_by_hand_while_it_was_used_is_no_end(site):
    identity = site.succession.choose()
    site.identities.save(enrolled("new2"))

    assert site.succession.rejected(identity, IdentityError("old1.key cannot be used"))
    assert "new2" == site.choose()


def _failing(_directory):
    raise OSError(errno.EIO, "Input/output error")
