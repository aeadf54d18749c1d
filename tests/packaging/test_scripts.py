"""The two commands of the README, as far as they can be tried without installing anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout without a virtual environment."""
    shutil.copytree(PACKAGING, tmp_path / "packaging")
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def python(directory, body):
    """Put a python3 on an otherwise usable PATH that behaves as the script says."""
    directory.mkdir(exist_ok=True)
    script = directory / "python3"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    for name in ("sh", "dirname", "touch", "command"):
        found = shutil.which(name)
        if found:
            (directory / name).symlink_to(found)
    return {**os.environ, "PATH": str(directory)}


def run(checkout, script, environment, *words):
    return subprocess.run(
        ["/bin/sh", str(checkout / "packaging" / script), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("script", ["try", "test"])
def test_a_missing_venv_is_one_line_that_says_what_to_install(checkout, tmp_path, script):
    real = sys.executable
    environment = python(
        tmp_path / "bin",
        f'case "$*" in *ensurepip*) exit 1;; esac; exec {real} "$@"',
    )

    done = run(checkout, script, environment)

    assert 69 == done.returncode
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    expected = f"collector: Python's venv is missing: sudo apt install python{version}-venv\n"
    assert expected == done.stderr


@pytest.mark.parametrize("script", ["try", "test"])
def test_a_python_that_is_too_old_is_one_line(checkout, tmp_path, script):
    done = run(checkout, script, python(tmp_path / "bin", "exit 1"))

    assert 69 == done.returncode
    assert 1 == len(done.stderr.splitlines())
    assert "Python 3.11 or newer is needed" in done.stderr


def test_an_environment_that_is_newer_than_the_project_is_used_as_it_is(checkout, tmp_path):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "installed").touch()
    os.utime(checkout / "pyproject.toml", (0, 0))
    collector = checkout / ".venv" / "bin" / "collector"
    collector.write_text('#!/bin/sh\necho "$@"\n')
    collector.chmod(0o755)

    done = run(checkout, "try", python(tmp_path / "bin", "exit 1"))

    assert "run --config config/collector.toml --embedded-agent\n" == done.stdout


@pytest.fixture
def test_by(checkout, tmp_path):
    """Return how to run `packaging/test` where a script stands in for Python."""

    def test(body, *words):
        interpreter.write_text(f"#!/bin/sh\n{body}\n")
        interpreter.chmod(0o755)
        return run(checkout, "test", environment, *words)

    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "installed-dev").touch()
    os.utime(checkout / "pyproject.toml", (0, 0))
    interpreter = checkout / ".venv" / "bin" / "python"
    (checkout / "tests" / "wire").mkdir(parents=True)
    environment = python(tmp_path / "bin", "exit 1")
    nproc = tmp_path / "bin" / "nproc"
    nproc.write_text("#!/bin/sh\necho 3\n")
    nproc.chmod(0o755)
    return test


@pytest.mark.parametrize("words", [(), ("-q", "-k", "spool")])
def test_all_is_run_by_two_workers_a_core_and_then_what_runs_alone(test_by, words):
    together, alone = test_by('echo "$@"', *words).stdout.splitlines()

    parallel = ["-m pytest --numprocesses=6 --dist=worksteal", *words, "-m not alone"]
    assert " ".join(parallel) == together
    assert " ".join(["-m pytest", *words, "-m alone --numprocesses=0"]) == alone


@pytest.mark.parametrize(("first", "second", "code"), [(0, 5, 0), (1, 0, 1), (5, 3, 3)])
def test_all_fails_where_one_of_its_parts_does(test_by, first, second, code):
    done = test_by(f'case "$*" in *"not alone"*) exit {first};; esac; exit {second}')

    assert code == done.returncode


@pytest.mark.parametrize("words", [("tests/wire", "-q"), ("-q", "tests/wire::test_x")])
def test_what_is_named_is_run_by_one_process(test_by, words):
    assert " ".join(["-m pytest", *words]) + "\n" == test_by('echo "$@"', *words).stdout
