"""A hangup that comes while the command itself is still being imported."""

import signal
import subprocess
import sys

import pytest

HANGUP_WHILE_IMPORTED = """
import importlib.abc, os, signal, sys

class Hangup(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "collector.cli.run":
            os.kill(os.getpid(), signal.SIGHUP)

sys.meta_path.insert(0, Hangup())
from collector.cli import main
sys.exit(main(sys.argv[1:]))
"""

EXIT_CONFIG = 78


@pytest.mark.parametrize(
    ("options", "expected"), [(["--service"], EXIT_CONFIG), ([], -signal.SIGHUP)]
)
def test_a_hangup_while_the_command_is_imported_ends_no_service(tmp_path, options, expected):
    words = ["run", *options, "--config", str(tmp_path / "none.toml")]

    done = subprocess.run(
        [sys.executable, "-c", HANGUP_WHILE_IMPORTED, *words],
        capture_output=True,
        check=False,
        timeout=50,
    )

    assert expected == done.returncode
