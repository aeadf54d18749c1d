"""What pytest gains where the collector is installed: fixtures for tests of plugins.

Pytest finds it by the entry point group ``pytest11`` and loads it with every run, so nothing is
imported here that is not there already; each fixture imports what it needs when it is used.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collector import SourceContext
    from collector.testkit.clock import FakeClock
    from collector.testkit.contract.subject import Subject


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
