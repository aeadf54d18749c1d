"""Tests that need a program are skipped where it is missing, but not in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NEEDY = """
import pytest

@pytest.mark.{marker}
def test_something():
    pass
"""


@pytest.mark.parametrize(
    ("marker", "program"),
    [("needs_mosquitto", "mosquitto_pub"), ("needs_chromium", "chromedriver")],
)
@pytest.mark.parametrize(("in_ci", "result"), [(False, "1 skipped"), (True, "1 error")])
def test_a_program_is_missing(tmp_path, marker, program, in_ci, result):
    (tmp_path / "conftest.py").write_text((HERE / "conftest.py").read_text())
    (tmp_path / "test_needy.py").write_text(NEEDY.format(marker=marker))
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"PATH": str(tmp_path)} | ({"CI": "true"} if in_ci else {})
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", str(tmp_path)]
    command += ["-W", "ignore", "--rootdir", str(tmp_path)]

    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert result in done.stdout
    assert program in done.stdout
    assert in_ci == (done.returncode != 0)
