"""The newest time at which readings were sent outlives the process, where the disk allows it."""

import pytest

from collector.client.files import write_private
from collector.service.time_file import TimeFile


def test_what_was_noted_is_known_to_the_next_run(tmp_path):
    TimeFile(tmp_path / "time", write_private).note(1)
    TimeFile(tmp_path / "time", write_private).note(1_790_000_000_000)

    assert 1_790_000_000_000 == TimeFile(tmp_path / "time", write_private).load()
    assert ["time"] == [file.name for file in tmp_path.iterdir()]


@pytest.mark.parametrize("content", [None, b"", b"yesterday\n", b"\xff\x00", b"17e11", b"9" * 5000])
def test_without_a_sound_file_nothing_is_known(tmp_path, content):
    if content is not None:
        (tmp_path / "time").write_bytes(content)

    assert 0 == TimeFile(tmp_path / "time", write_private).load()
