"""The tutorial's packages are real: installed by pip, found by their entry points, and run."""

import importlib
import json
import os
import queue
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import Collector, workers_of

from collector.clock import Deadline, SystemClock
from collector.ledger import Ledger, RefusalReason
from collector.plugin.source import SourceContext
from collector.sampling.engine import Sampling
from collector.sampling.plan import SourcePlan

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "writing-a-plugin.md").read_text("utf-8")
PACKAGES = {
    "sample-plugin": ("thermostat", "hall", {"temperature", "humidity", "heating"}),
    "sample-listener": ("windmast", "mast", {"speed", "direction"}),
}
BLOCKS = re.findall(r"<!-- file: (\S+) -->\n\n```\w+\n(.*?)```\n", GUIDE, flags=re.DOTALL)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """Return a folder in which pip has installed both packages."""
    if importlib.util.find_spec("hatchling") is None:
        reason = "hatchling, which builds the sample packages, comes with the extra 'dev'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    target = tmp_path_factory.mktemp("site")
    for name in PACKAGES:
        sources = shutil.copytree(DOCS / name, tmp_path_factory.mktemp("source") / name)
        options = ["--no-deps", "--no-index", "--no-build-isolation", "--target", target]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", *options, sources]
        subprocess.run(pip, check=True, timeout=50)
    return target


def call(installed, *words):
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def settings_of(name):
    kind, _, _ = PACKAGES[name]
    return DOCS / name / f"collector_{kind}" / "example.toml"


@pytest.mark.parametrize(("file", "text"), BLOCKS, ids=[file for file, _ in BLOCKS])
def test_each_block_of_the_guide_is_the_file_that_it_names(file, text):
    assert (DOCS / file).read_text("utf-8") == text


def test_the_guide_shows_every_file_of_the_first_package_and_no_block_is_missed():
    shown = {file for file, _ in BLOCKS}
    files = {
        str(file.relative_to(DOCS))
        for pattern in ("*.py", "*.toml")
        for file in (DOCS / "sample-plugin").rglob(pattern)
        if file.name != "__init__.py"
    }

    assert set() == files - shown
    assert GUIDE.count("<!-- file:") == len(BLOCKS)


def test_the_guide_tells_every_reason_for_refusing_a_value():
    values = GUIDE.partition("\n## Values\n")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z_]+)` \|", values, flags=re.MULTILINE)

    assert sorted(reason.value for reason in RefusalReason) == sorted(told)


@pytest.mark.parametrize("name", PACKAGES)
def test_the_readme_of_a_package_lists_its_metrics(name):
    rows = re.findall(r"^\| `(\w+)` \|", (DOCS / name / "README.md").read_text(), re.MULTILINE)

    assert PACKAGES[name][2] == set(rows)


def test_both_kinds_are_installed_under_the_names_of_their_packages(installed):
    listing = call(installed, "-m", "collector", "plugins", "list", "--check")

    assert 0 == listing.returncode, listing.stdout + listing.stderr
    assert re.search(r"thermostat +collector-thermostat +1\.0", listing.stdout)
    assert re.search(r"windmast +collector-windmast +1\.0", listing.stdout)


@pytest.mark.parametrize("name", PACKAGES)
def test_their_example_is_accepted(installed, name):
    checked = call(installed, "-m", "collector", "check", "--config", settings_of(name))

    assert 0 == checked.returncode, checked.stderr


@pytest.mark.parametrize("name", PACKAGES)
def test_their_simulated_device_gives_every_metric_to_the_command_line(installed, name):
    _, sensor, metrics = PACKAGES[name]

    words = ("test", sensor, "--config", settings_of(name), "--simulate", "--pause", "0", "--json")
    tested = call(installed, "-m", "collector", *words)

    assert 0 == tested.returncode, tested.stderr
    assert metrics == {row["metric"] for row in json.loads(tested.stdout)["values"]}


def test_a_thermostat_that_is_not_there_is_one_line_and_exit_code_1(installed, tmp_path):
    file = tmp_path / "nowhere.toml"
    keys = 'plugin = "thermostat"\nsensor = "hall"\nhost = "127.0.0.1"\nport = 1\n'
    file.write_text(f"[[source]]\n{keys}")

    tested = call(installed, "-m", "collector", "test", "hall", "--config", file)

    assert 1 == tested.returncode
    assert 1 == len(tested.stderr.splitlines())
    assert "no thermostat at tcp://127.0.0.1:1" in tested.stderr


@pytest.mark.parametrize("name", PACKAGES)
def test_their_own_tests_pass(installed, name):
    options = (
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "collector.testkit.pytest_plugin",
        "-c",
        os.devnull,
        "--rootdir",
        DOCS / name,
    )
    tested = call(installed, "-B", "-m", "pytest", *options, DOCS / name / "tests")

    assert 0 == tested.returncode, tested.stdout


def test_a_run_keeps_each_of_them_in_a_process_of_its_own(installed, tmp_path):
    tables = [settings_of(name).read_text("utf-8") for name in PACKAGES]
    file, state = tmp_path / "both.toml", tmp_path / "state"
    head = f'[collector]\nstate_dir = "{state}"\n[figures]\nenabled = false\n'
    file.write_text("\n".join([head, *tables]), "utf-8")
    collector = Collector(tmp_path / "run", file, state, "--simulate", python_path=installed)
    try:
        status = collector.wait_for(
            lambda status: {value["sensor"] for value in status["values"]} == {"hall", "mast"},
            "both are read",
        )
        workers = workers_of(collector.process.pid)
        assert 0 == collector.stop()
    finally:
        collector.kill()

    assert {"process"} == {source["isolation"] for source in status["sources"]}
    assert 2 == len(workers)


@pytest.mark.parametrize("name", PACKAGES)
def test_sampling_reads_them_on_a_real_clock(installed, name, monkeypatch):
    kind_name, sensor, metrics = PACKAGES[name]
    monkeypatch.syspath_prepend(str(installed))
    plugin = importlib.import_module(f"collector_{kind_name}.plugin")
    [kind] = plugin.collector_source_kinds()
    clock = SystemClock()
    context = SourceContext(sensor, sensor, 0.1, clock)
    required = {"host": "unused"} if kind_name == "thermostat" else {"port": 1}
    simulator = kind.simulate(kind.settings(**required), context)
    plan = SourcePlan(
        name=sensor,
        plugin=kind_name,
        package=f"collector-{kind_name} 1.0",
        sensor=sensor,
        source=kind.create(simulator.start(), context),
        interval_s=0.1,
    )
    readings = queue.Queue()
    ledger = Ledger()
    sampling = Sampling(
        [plan],
        clock=clock,
        ledger=ledger,
        accept=readings.put,
        on_sensor_state=lambda *_: None,
        on_metrics=lambda *_: None,
        random=random.Random(1),
    )
    sampling.start()
    try:
        seen = [readings.get(timeout=20) for _ in range(3)]
    finally:
        sampling.stop(Deadline.after(clock, 10))
        simulator.stop()

    assert [metrics] * 3 == [set(reading.metrics) for reading in seen]
    assert all(account.balances and not account.refused for account in ledger.accounts())
