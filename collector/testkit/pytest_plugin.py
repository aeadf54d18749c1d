"""What pytest gains where the collector is installed: fixtures for tests of plugins.

Pytest finds it by the entry point group ``pytest11`` and loads it with every run, so nothing is
imported here that is not there already; each fixture imports what it needs when it is used.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collector import SourceContext
    from collector.testkit.clock import FakeClock
    from collector.testkit.contract.subject import Subject
    from collector.testkit.i2c.bus import FakeI2cBus
    from collector.testkit.modbus_device import FakeModbusDevice
    from collector.testkit.programs import AgentProgram
    from collector.testkit.serial_port import FakeSerialPort
    from collector.testkit.transport import MemoryTransport
    from collector.testkit.whole_run import WholeRun


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``contract_check`` once for each check of the contract."""
    if "contract_check" in metafunc.fixturenames:
        from collector.testkit.contract.catalogue import CHECKS  # noqa: PLC0415 - only when used

        metafunc.parametrize("contract_check", CHECKS, ids=lambda each: each.name, indirect=True)


@pytest.fixture(scope="session")
def contract_subjects() -> dict[str, "Subject"]:
    """Kinds under check by their names: what was recorded of one serves all its checks."""
    return {}


@pytest.fixture
def contract_check(
    request: pytest.FixtureRequest, contract_subjects: dict[str, "Subject"]
) -> Callable[[str], None]:
    """Hold an installed kind to one promise: ``contract_check("thermostat")``.

    A test that takes it runs once for each check. What does not concern the kind is skipped.
    """
    from collector.testkit.contract.check import Verdict  # noqa: PLC0415 - only when used
    from collector.testkit.contract.subject import Subject  # noqa: PLC0415

    def hold(kind: str) -> None:
        if kind not in contract_subjects:
            contract_subjects[kind] = Subject(kind)
        finding = request.param.finding(contract_subjects[kind])
        if finding.verdict is Verdict.LEFT_OUT:
            pytest.skip(finding.why)
        if finding.verdict is Verdict.FAILED:
            pytest.fail(f"{kind}: {finding.promise}: {finding.why}", pytrace=False)

    return hold


@pytest.fixture
def fake_clock() -> "FakeClock":
    """A clock that moves only when the test says so."""
    from collector.testkit.clock import FakeClock  # noqa: PLC0415 - only when used

    return FakeClock()


@pytest.fixture
def source_context(fake_clock: "FakeClock") -> "SourceContext":
    """What a source is made with: named ``source``, of the sensor ``sensor``, every 10 s."""
    from collector import SourceContext  # noqa: PLC0415 - only when used

    return SourceContext("source", "sensor", 10.0, fake_clock)


@pytest.fixture
def fake_serial_port() -> "Iterator[FakeSerialPort]":
    """A serial port to open by its path; the test is the instrument at its other end."""
    from collector.testkit.serial_port import FakeSerialPort  # noqa: PLC0415 - only when used

    with FakeSerialPort() as port:
        yield port


@pytest.fixture
def fake_i2c_bus() -> "Iterator[FakeI2cBus]":
    """An I2C bus to open by its path with `open_smbus`; the test puts chips on it."""
    from collector.testkit.i2c.bus import FakeI2cBus  # noqa: PLC0415 - only when used

    with FakeI2cBus() as bus:
        yield bus


@pytest.fixture
def memory_transport(fake_clock: "FakeClock") -> "MemoryTransport":
    """A connection to an agent that is the test itself."""
    from collector.testkit.transport import MemoryTransport  # noqa: PLC0415 - only when used

    return MemoryTransport(fake_clock)


@pytest.fixture
def fake_modbus_device() -> "Iterator[FakeModbusDevice]":
    """A Modbus TCP device at ``host`` and ``port``, unit 1; the test sets its registers."""
    from collector.testkit.modbus_device import FakeModbusDevice  # noqa: PLC0415 - only when used

    with FakeModbusDevice() as device:
        yield device


@pytest.fixture
def agent(tmp_path: Path) -> "Iterator[AgentProgram]":
    """A real agent as a process of its own, on free loopback ports."""
    from collector.testkit.programs import AgentProgram  # noqa: PLC0415 - only when used

    with AgentProgram(tmp_path / "agent") as program:
        yield program


@pytest.fixture
def whole_run(tmp_path: Path) -> "Iterator[Callable[..., WholeRun]]":
    """Start a whole run: ``whole_run("thermostat")``, of a kind's example against its simulator.

    A text that is no name of a kind is taken as the ``[[source]]`` tables themselves; what is read
    of an example is read every ``interval``, and has 30 s to answer: a busy machine costs no
    reading. The run ends with the test.
    """
    from collector.testkit.whole_run import WholeRun, quick_example  # noqa: PLC0415

    runs: list[WholeRun] = []

    def start(sources: str, *, interval: str = "200ms") -> WholeRun:
        tables = sources if "[[" in sources else quick_example(sources, interval)
        runs.append(WholeRun(tmp_path / f"run{len(runs)}", tables))
        return runs[-1]

    yield start
    for run in runs:
        run.collector.kill()
