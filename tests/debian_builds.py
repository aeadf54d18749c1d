"""Packages of this checkout, each built once for all processes of a test run."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def build(output, target, **environment):
    """Build one package from a clean environment, as the manual says; return its file."""
    release, architecture = target.split("/")
    words = ["--release", release, "--arch", architecture, "--output", str(output)]
    done = subprocess.run(
        [sys.executable, str(PROJECT / "packaging/debian/build.py"), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    return Path(done.stdout.splitlines()[-1])


def built(place, target):
    """Return the package that was built for a target in a place, or build it there.

    Args:
        place: A directory that all processes of this run have in common.
        target: Release and architecture, "bookworm/amd64".
    """
    place.mkdir(exist_ok=True)
    directory = place / target.replace("/", "-")
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for package in directory.glob("*.deb"):
            return package
        return build(directory, target)
