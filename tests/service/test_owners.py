"""Root does not write where the files have to be somebody else's."""

import os
import pwd

import pytest

from collector.errors import StateError
from collector.service.owners import other_owner
from collector.service.state_dir import Mode, StateDirectory

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")

OTHER = pwd.getpwnam("nobody")


@pytest.fixture
def foreign(tmp_path):
    """Return a directory of another user."""
    place = tmp_path / "state"
    place.mkdir(mode=0o700)
    os.chown(place, OTHER.pw_uid, OTHER.pw_gid)
    return place


def test_what_does_not_exist_yet_belongs_to_whose_directory_it_comes_into(foreign):
    assert OTHER == other_owner(foreign / "identity" / "new")


def test_what_is_root_s_is_nobody_else_s(tmp_path):
    assert other_owner(tmp_path / "new") is None


@pytest.mark.parametrize("mode", Mode)
def test_a_state_directory_of_another_user_is_refused_before_anything_is_made(foreign, mode):
    with pytest.raises(StateError, match="belongs to the user nobody: run it as that user"):
        StateDirectory(foreign, mode).take()

    assert [] == list(foreign.iterdir())


def test_a_user_is_never_another_one_to_itself(foreign, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: OTHER.pw_uid)

    assert other_owner(foreign) is None
