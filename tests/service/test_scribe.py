"""Files of state are written beside what delivers, and a disk that fails or hangs costs nothing."""

import logging
import threading

from collector.service import scribe as module
from collector.service.scribe import Scribe


def test_a_file_is_written_and_the_newest_content_counts(tmp_path):
    scribe = Scribe()
    for number in range(100):
        scribe.write(tmp_path / "file", str(number).encode())

    scribe.finish(10)

    assert b"99" == (tmp_path / "file").read_bytes()
    assert ["file"] == [file.name for file in tmp_path.iterdir()]


def test_a_disk_that_hangs_holds_up_nobody(tmp_path, monkeypatch):
    begun, goes_on = threading.Event(), threading.Event()
    written = []

    def hang(path, content):
        begun.set()
        goes_on.wait(10)
        written.append((path.name, content))

    monkeypatch.setattr(module, "write_private", hang)
    scribe = Scribe()

    scribe.write(tmp_path / "a", b"1")
    assert begun.wait(10)
    scribe.write(tmp_path / "a", b"2")
    scribe.write(tmp_path / "b", b"1")
    scribe.write(tmp_path / "a", b"3")
    scribe.finish(0)
    assert [] == written

    goes_on.set()
    scribe.finish(10)
    assert [("a", b"1"), ("a", b"3"), ("b", b"1")] == written


def test_a_disk_that_fails_is_told_once_and_so_is_its_return(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    scribe, path = Scribe(), tmp_path / "nowhere" / "file"
    for _ in range(3):
        scribe.write(path, b"1")
        scribe.finish(10)
    assert 1 == caplog.text.count("not remembered over a restart")

    path.parent.mkdir()
    scribe.write(path, b"2")
    scribe.finish(10)

    assert 1 == caplog.text.count("can be written again")
    assert b"2" == path.read_bytes()
