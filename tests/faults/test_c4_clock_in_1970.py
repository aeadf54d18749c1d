"""C4: the clock is so far behind that certificates are not valid yet."""

import shutil

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faults.fault_load import BRISK, STANDARD
from faults.mini_agent import MiniAgent
from impostor import signed_by_agent

CONNECTED_WITHIN_S = 10.0


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
        """Be valid from now on, as if the clock of whoever connects was put right."""
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


def test_it_waits_for_the_time_and_connects_once_that_is_right(bench, row, agent):
    bench.configure(row.pick(BRISK, STANDARD), port=agent.port, inventory="off")
    bench.start_collector()
    bench.wait_until_named("not yet valid")
    assert "waiting_for_time" == bench.collector.status()["delivery"]["state"]
    bench.run_for(row.pick(0, 60))

    agent.let_it_be_tomorrow()
    row.recovered(
        bench.seconds_until(
            lambda status: status["delivery"]["state"] == "connected",
            "it is connected", CONNECTED_WITHIN_S,
        )
    )  # fmt: skip
    bench.wait_until_well()

    assert {} == bench.finish(journal=lambda: agent.stored).dropped
