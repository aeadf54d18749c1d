"""I10: configurations that are broken in 200 ways."""

import os
import random
import re
import resource
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
ONE_IN = 30
"""Of the short form's files: checked by the command too, as all are in the stated one."""

PLACE = re.compile(r"\S+collector\.toml(:\d+:\d+)?: \S")
HARM = [b'"', b"[", b"]]", b"=", b"\\", b"\xff", b"nan", b"-1", b"x", b"\n[agent]\n", b"{"]
TOKEN = b"0123456789abcdef0123456789abcdef"

WRONG = {
    "not closed": (b"[agent\n" + GOOD, r":1:7: is not valid TOML: "),
    "no value": (GOOD + b"group = \n", r":9:9: is not valid TOML: "),
    "a key twice": (GOOD + b'sensor = "again"\n', r":9:17: is not valid TOML: cannot overwrite"),
    "a table twice": (GOOD + b"[agent]\n", r":9:7: is not valid TOML: cannot declare"),
    "a sensor twice": (GOOD + GOOD[GOOD.index(b"[[") :], r":9:1: .*also comes from"),
    "unknown key": (GOOD + b'intervall = "1s"\n', r":9:1: .*did you mean interval\?"),
    "unknown table": (GOOD + b"[agnet]\n", r":9:1: .*did you mean \[agent\]\?"),
    "unknown plugin": (GOOD.replace(b"system", b"sistem"), r":6:1: .*did you mean system\?"),
    "wrong type": (GOOD.replace(b"18884", b'"many"'), r":3:1: agent\.port: "),
    "out of range": (GOOD.replace(b"18884", b"99999"), r":3:1: agent\.port: "),
    "no unit": (GOOD.replace(b"10s", b"10 hours?"), r":8:1: source\[0\]\.interval: "),
    "not UTF-8": (GOOD + b"# \xff\n", r":9:1: is not UTF-8 text"),
    "deeply nested": (b"a = " + b"[" * 5000, r": is nested too deeply"),
    "of 10 MB": (b"# " + b"x" * 10 * 2**20, r": is larger than 1 MiB"),
    "naming a secret that all may read": (
        GOOD + b'[web]\nenabled = true\ntoken_file = "token"\n',
        r":11:1: web\.token_file: \S+token has mode 0644, so anybody may read it: chmod o-r ",
    ),
}
"""By what is wrong: the file, and a pattern of what has to be told."""


def broken_files(count):
    chance = random.Random(7)
    yield from seeds("configurations")
    for _ in range(count):
        at = chance.randrange(len(GOOD))
        yield GOOD[:at] + chance.choice(HARM) + GOOD[at + chance.randrange(3) :]


def processor_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Longest:
    """How long the slowest checks by a command took."""

    def __init__(self):
        self.processor_s = self.passed_s = 0.0

    def check(self, place, file, **options):
        """Check a file as a user does; return exit code and what was told."""
        used_s, began_s = processor_s(), time.monotonic()
        code, _, told = place.command("check", "--config", file, **options)
        self.passed_s = max(self.passed_s, time.monotonic() - began_s)
        self.processor_s = max(self.processor_s, processor_s() - used_s)
        return code, told

    def hold(self, row):
        """Hold the bound; where others want the processor too, by what it took of it."""
        assert self.processor_s < WITHIN_S
        if row.is_stated:
            assert self.passed_s < WITHIN_S


def check_here(capsys, file):
    """Check a file in this process; return exit code, what was told, and the processor's time."""
    began_s = time.process_time()
    code = main(["check", "--config", str(file)])
    return code, capsys.readouterr().err, time.process_time() - began_s


def assert_is_told(code, told):
    assert 78 == code, told
    assert "Traceback" not in told
    assert all(PLACE.match(line) or line.startswith("and ") for line in told.splitlines()), told


def test_whatever_is_broken_ends_with_78_and_a_place(row, place, tmp_path, capsys):
    file, longest, longest_s, checked = tmp_path / "collector.toml", Longest(), 0.0, 0
    for data in broken_files(row.pick(120, 200)):
        file.write_bytes(data)
        code, told, used_s = check_here(capsys, file)
        if code == 0:
            continue  # some harm does none, as in a comment
        assert_is_told(code, told)
        longest_s, checked = max(longest_s, used_s), checked + 1
        if checked % row.pick(ONE_IN, 1) == 0:
            assert_is_told(*longest.check(place, file))
    row.note(f"{checked} files, {longest_s * 1000:.0f} ms at most in one process")
    row.note(f"by command {longest.passed_s:.2f} s, of a processor {longest.processor_s:.2f} s")
    assert longest_s < WITHIN_S
    assert checked > 100
    longest.hold(row)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_with_its_place_and_what_would_be_right(
    row, place, tmp_path, capsys, what
):
    data, words = WRONG[what]
    file, longest = tmp_path / "collector.toml", Longest()
    file.write_bytes(data)
    secret = tmp_path / "token"
    secret.write_bytes(TOKEN)
    secret.chmod(0o644)

    code, told, used_s = check_here(capsys, file)

    assert used_s < WITHIN_S
    assert_is_told(code, told)
    assert re.search(f"collector.toml{words}", told), told
    assert TOKEN.decode() not in told
    if row.is_stated:
        assert_is_told(*longest.check(place, file))
        longest.hold(row)


def not_there(file):
    return "No such file or directory"


def directory(file):
    file.mkdir()
    return "Is a directory"


def circle(file):
    file.symlink_to(file)
    return "Too many levels of symbolic links"


def forbidden(file):
    file.write_bytes(GOOD)
    file.chmod(0)
    return "Permission denied"


def open_to_all(file):
    file.write_bytes(GOOD)
    file.chmod(0o666)
    return f"is not to be trusted: {file} has mode 0666, so anybody may change it: chmod o-w {file}"


@pytest.mark.parametrize("harm", [not_there, directory, circle, forbidden, open_to_all])
def test_one_that_cannot_be_read_or_trusted_is_one_line(row, place, tmp_path, harm):
    file, longest = tmp_path / "collector.toml", Longest()
    words = harm(file)

    code, told = longest.check(place, file, through=as_anybody())

    assert 78 == code
    assert 1 == len(told.splitlines()), told
    assert told.startswith(f"{file}: ")
    assert words in told
    longest.hold(row)


def as_anybody():
    """Return what takes from root that it may read everything; empty for others."""
    if os.geteuid():
        return ()
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
