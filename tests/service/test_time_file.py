"""The newest time at which readings were sent outlives the process, where the disk allows it."""

import pytest

from collector.service.time_file import TimeFile


def test_what_was_noted_is_known_to_the_next_run(tmp_path):
    TimeFile(tmp_path / "time").note(1)
    TimeFile(tmp_path / "time").note(1_790_000_000_000)

    assert 1_790_000_000_000 == TimeFile(tmp_path / "time").load()
    assert ["time"] == [file.name for file in tmp_path.iterdir()]


@pytest.mark.parametrize("content", [None, b"", b"yesterday\n", b"\xff\x00", b"17e11"])
def test_without_a_sound_file_nothing_is_known(tmp_path, content):
    if content is not None:
        (tmp_path / "time").write_bytes(content)

    assert 0 == TimeFile(tmp_path / "time").load()


def test_a_disk_that_does_not_take_it_is_told_and_done_without(tmp_path, caplog):
    TimeFile(tmp_path / "nowhere" / "time").note(1)

    assert "the time is not remembered over a restart" in caplog.text
