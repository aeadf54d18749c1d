"""C4: the clock is so far behind that certificates are not valid yet."""

import shutil
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faults.fault_load import BRISK, STANDARD
from faults.late_clock import LATE_MS
from faults.mini_agent import MiniAgent
from impostor import signed_by_agent

LATE_CLOCK = Path(__file__).with_name("late_clock.py")
CONNECTED_WITHIN_S = 10.0
MOST_ATTEMPTS = 12


class AgentOfTomorrow(MiniAgent):
    """An agent whose certificate is not valid before tomorrow."""

    def __init__(self, agent_directory, directory):
        directory.mkdir()
        shutil.copy(agent_directory / "ca.crt", directory)
        self._agent_directory = agent_directory
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        key_file = directory / "server.key"
        key_file.write_bytes(
            self._key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self._certify(first_day=1)
        super().__init__(directory)

    def let_it_be_tomorrow(self):
        """Be valid from now on, as for whoever has the clock put right that was late."""
        self._certify(first_day=-1)
        self.context.load_cert_chain(*(self._directory / f"server.{x}" for x in ("crt", "key")))

    def _certify(self, first_day):
        certificate = signed_by_agent(
            self._agent_directory, "agent", self._key.public_key(), first_day, 30, "127.0.0.1"
        )
        (self._directory / "server.crt").write_bytes(certificate)


@pytest.fixture
def agent(bench):
    bench.start_agent()  # has the authority
    agent = AgentOfTomorrow(bench.agent.directory, bench.place.path / "tomorrow")
    yield agent
    agent.close()


@pytest.fixture
def late_file(bench):
    """While it is there the collector's clock is late."""
    file = bench.place.path / "late"
    file.touch()
    return file


def test_it_waits_for_the_time_and_connects_once_the_clock_is_set(bench, row, agent, late_file):
    bench.configure(row.pick(BRISK, STANDARD), port=agent.port, inventory="off")
    bench.start_collector(through=[sys.executable, str(LATE_CLOCK), str(late_file)])
    bench.wait_until_named("not yet valid")
    assert "waiting_for_time" == bench.collector.status()["delivery"]["state"]
    bench.wait_for(lambda _: agent.server.connections >= 2, "it has tried again")
    bench.run_for(row.pick(1, 290))
    row.note(f"{agent.server.connections} attempts before")
    assert agent.server.connections <= MOST_ATTEMPTS

    agent.let_it_be_tomorrow()
    late_file.unlink()
    row.recovered(
        bench.seconds_until(
            lambda status: status["delivery"]["state"] == "connected",
            "it is connected", CONNECTED_WITHIN_S,
        )
    )  # fmt: skip
    bench.wait_until_well()

    reckoning = bench.finish(journal=lambda: agent.stored, tolerance_ms=LATE_MS + 1000)
    assert {} == reckoning.dropped
