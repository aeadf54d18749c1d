"""The bench and the row of each fault test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import machine
from faults.fault_bench import FaultBench
from faults.fault_plugin import Matrix, fail_if_skipped, row_id_of
from faults.fault_row import RowRun
from faults.own_mounts import take_own_mounts
from faults.serial_device import SerialDevice
from place import Place


@pytest.fixture
def row(request: pytest.FixtureRequest) -> RowRun:
    """The row that this file holds; takes its figures."""
    plugins = request.config.pluginmanager.get_plugins()
    matrix = next((each for each in plugins if isinstance(each, Matrix)), None) or Matrix()
    return matrix.run_of(request.path)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.clean_up()


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where a collector has enrolled at an agent once; most rows begin with a copy."""
    place = Place(tmp_path_factory.mktemp("enrolled"))
    try:
        place.configure(agent=place.agent())
        assert 0 == place.ask("provision")[0]
    finally:
        place.clean_up()
    return place.path


@pytest.fixture(scope="session")
def own_mounts() -> None:
    """Keep from other tests what is mounted here, and from the machine what is never unmounted."""
    take_own_mounts()


@pytest.fixture
def bench(place: Place, row: RowRun, enrolled: Path) -> Iterator[FaultBench]:
    bench = FaultBench(place, row, enrolled)
    yield bench
    bench.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot do, with the reason."""
    for marker in ("needs_root", "needs_strace"):
        if item.get_closest_marker(marker) and (reason := machine.LACKS[marker]()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if row_id_of(item.path) is not None:
        fail_if_skipped(item, report)
    return report


@pytest.fixture
def serial_devices(tmp_path: Path) -> Iterator[Callable[[int], list[SerialDevice]]]:
    """Plugs in so many."""
    plugged: list[SerialDevice] = []

    def plug(count: int) -> list[SerialDevice]:
        fresh = [SerialDevice(tmp_path / f"usb-device-{number}") for number in range(count)]
        plugged.extend(fresh)
        return fresh

    yield plug
    for device in plugged:
        device.close()


@pytest.fixture
def serial_device(tmp_path: Path) -> Iterator[SerialDevice]:
    device = SerialDevice(tmp_path / "usb-device")
    yield device
    device.close()
