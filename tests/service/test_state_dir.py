"""The state directory: apart by mode, private, and held by one process at a time."""

import os
import stat
from pathlib import Path

import pytest

from collector.errors import StateError
from collector.service.state_dir import Mode, StateDirectory


def test_the_modes_share_no_file(tmp_path):
    paths = [StateDirectory(tmp_path, mode) for mode in Mode]

    for name in ("identity", "inventory_file", "socket", "answered_file"):
        assert 3 == len({getattr(path, name) for path in paths})
    assert [tmp_path, tmp_path / "embedded", tmp_path / "simulate"] == [p.path for p in paths]


def test_it_is_made_for_its_owner_alone(tmp_path):
    with StateDirectory(tmp_path / "new" / "state", Mode.REAL) as state:
        assert 0o700 == stat.S_IMODE(state.path.stat().st_mode)
        assert 0o700 == stat.S_IMODE(state.socket.parent.stat().st_mode)


@pytest.mark.parametrize("mode", Mode)
def test_what_all_modes_lie_in_is_made_for_its_owner_alone_by_any_of_them(tmp_path, mode):
    base = tmp_path / "state"

    with StateDirectory(base, mode):
        assert 0o700 == stat.S_IMODE(base.stat().st_mode)


def test_a_second_collector_is_told_that_the_first_one_runs(tmp_path):
    with (
        StateDirectory(tmp_path, Mode.REAL),
        pytest.raises(StateError, match="another collector is running"),
    ):
        StateDirectory(tmp_path, Mode.REAL).take()


def test_another_mode_may_run_beside_it(tmp_path):
    with StateDirectory(tmp_path, Mode.REAL), StateDirectory(tmp_path, Mode.SIMULATE) as second:
        assert second.path.is_dir()


def test_it_can_be_taken_again_after_it_was_released(tmp_path):
    state = StateDirectory(tmp_path, Mode.REAL)
    for _ in range(2):
        state.take()
        state.release()
        state.release()


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StateError, match="set state_dir in") as caught:
        StateDirectory(tmp_path / "file" / "state", Mode.REAL).take()

    assert 1 == len(str(caught.value).splitlines())
    assert 73 == caught.value.exit_code


def test_the_lock_is_not_inherited_by_children(tmp_path):
    with StateDirectory(tmp_path, Mode.REAL) as state:
        descriptors = [
            int(link.name)
            for link in Path("/proc/self/fd").iterdir()
            if link.resolve() == state.path / "lock"
        ]

        assert [False] == [os.get_inheritable(descriptor) for descriptor in descriptors]
