"""A new package is whole: it installs without a network, passes its tests and gives values."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import Collector

from collector.cli import main
from collector.cli.plugin_new import FILES, renamed, template

SAMPLE = Path(__file__).parents[2] / "docs" / "sample-plugin"
Capture = pytest.CaptureFixture[str]


def call(site: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("new") / "collector-heat-pump"
    assert main(["plugins", "new", "heat-pump", "--directory", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def site(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it where only these tests look."""
    site = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", site)
    done = call(site, "-m", "pip", "install", *options, package)
    assert done.returncode == 0, done.stderr
    return site


def test_its_own_tests_pass(package: Path, site: Path) -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "collector.testkit.pytest_plugin")
    done = call(
        site, "-B", "-m", "pytest", *options, "-c", os.devnull, "--rootdir", package, package
    )

    assert 0 == done.returncode, done.stdout


def test_it_keeps_the_contract_and_its_example_is_accepted(package: Path, site: Path) -> None:
    checked = call(site, "-m", "collector", "plugins", "check", "heat-pump")
    example = package / "collector_heat_pump" / "example.toml"
    accepted = call(site, "-m", "collector", "check", "--config", example)

    assert 0 == checked.returncode, checked.stdout + checked.stderr
    assert "failed" not in checked.stdout
    assert 0 == accepted.returncode, accepted.stderr


def test_its_values_are_confirmed_in_simulate_mode(
    package: Path, site: Path, tmp_path: Path
) -> None:
    example = (package / "collector_heat_pump" / "example.toml").read_text("utf-8")
    file, state = tmp_path / "new.toml", tmp_path / "state"
    quick = example.replace('interval = "10s"', 'interval = "500ms"')
    file.write_text(f'[collector]\nstate_dir = "{state}"\n{quick}', "utf-8")
    collector = Collector(tmp_path / "run", file, state, "--simulate", python_path=site)
    try:
        collector.wait_for(
            lambda status: any(
                row["sensor"] == "hall" and row["delivered"] for row in status["ledger"]
            ),
            "its values are confirmed",
        )
        assert 0 == collector.stop()
    finally:
        collector.kill()


def test_nothing_in_it_is_called_after_the_tutorial(package: Path) -> None:
    files = [file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc"]

    assert {str(file.relative_to(package)) for file in files} >= {
        renamed(file, "heat-pump") for file in FILES
    }
    assert [] == [file for file in files if "thermostat" in file.read_text("utf-8").lower()]


def test_the_tutorial_is_what_a_new_package_of_its_name_is() -> None:
    files = {
        str(file.relative_to(SAMPLE))
        for file in SAMPLE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert set(FILES) == files
    assert all(renamed(template(file), "thermostat") == template(file) for file in FILES)


def test_it_says_in_three_lines_what_to_do_next(tmp_path: Path, capsys: Capture) -> None:
    place = tmp_path / "here"

    assert 0 == main(["plugins", "new", "pump", "--directory", str(place)])
    assert [
        f"cd {place} && pip install -e . pytest && pytest",
        "collector plugins check pump",
        "collector run --simulate --config collector_pump/example.toml",
    ] == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["Pump", "1st", "pump_2", "pump-", "", "p" * 41, "../pump"])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path, capsys: Capture) -> None:
    assert 64 == main(["plugins", "new", name, "--directory", str(tmp_path / "new")])
    assert "cannot name a kind" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_name_that_is_taken_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert 64 == main(["plugins", "new", "system", "--directory", str(tmp_path / "new")])
    assert "is installed already" in capsys.readouterr().err


def test_a_directory_that_is_there_is_left_alone(tmp_path: Path, capsys: Capture) -> None:
    assert 73 == main(["plugins", "new", "pump", "--directory", str(tmp_path)])
    assert "is there already" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())
