"""I10: configurations that are broken in 200 ways."""

import random
import re
import time

import pytest
from fuzz.mutations import seeds

from collector.cli import main

GOOD = b"""[agent]
host = "127.0.0.1"
port = 18884

[[source]]
plugin = "system"
sensor = "gateway"
interval = "10s"
"""
WITHIN_S = 1.0
PLACE = re.compile(r"\S+collector\.toml(:\d+:\d+)?: \S")
HARM = [b'"', b"[", b"]]", b"=", b"\\", b"\xff", b"nan", b"-1", b"x", b"\n[agent]\n", b"{"]


def broken_files(count):
    chance = random.Random(7)
    yield from seeds("configurations")
    yield b"# " + b"x" * 10 * 2**20
    for _ in range(count):
        at = chance.randrange(len(GOOD))
        yield GOOD[:at] + chance.choice(HARM) + GOOD[at + chance.randrange(3) :]


def test_whatever_is_broken_ends_with_78_and_a_place(row, tmp_path, capsys):
    file = tmp_path / "collector.toml"
    longest_s, checked = 0.0, 0
    for data in broken_files(row.pick(120, 200)):
        file.write_bytes(data)
        began_s = time.thread_time()
        code = main(["check", "--config", str(file)])
        used_s = time.thread_time() - began_s
        told = capsys.readouterr().err
        assert "Traceback" not in told
        assert code in (0, 78), (data, told)  # some harm does none, as in a comment
        if code:
            longest_s, checked = max(longest_s, used_s), checked + 1
            assert all(PLACE.match(line) or line.startswith("and ") for line in told.splitlines())
    row.note(f"{checked} files, {longest_s * 1000:.0f} ms at most")
    assert longest_s < WITHIN_S
    assert checked > 100


def test_one_that_cannot_be_read_is_one_line(row, tmp_path, capsys):
    assert 78 == main(["check", "--config", str(tmp_path / "nowhere.toml")])
    assert 78 == main(["check", "--config", str(tmp_path)])
    assert 2 == len(capsys.readouterr().err.splitlines())


@pytest.mark.parametrize("key", ["intervall", "sensro"])
def test_an_unknown_key_is_told_with_the_nearest_name(row, tmp_path, capsys, key):
    file = tmp_path / "collector.toml"
    file.write_bytes(GOOD + f'{key} = "1s"\n'.encode())

    assert 78 == main(["check", "--config", str(file)])
    assert "did you mean" in capsys.readouterr().err
