import pytest

from collector.agent.running import running_agent
from collector.client.agent_client import AgentClient
from collector.client.provisioning import Enrolment, provision
from collector.clock import Deadline, SystemClock
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings


class Site:
    """A running agent, and everything that a collector needs to talk to it."""

    def __init__(self, agent, directory):
        self.agent = agent
        self.directory = directory
        self.clock = SystemClock()
        self.transports = []

    def transport(self, identity=None, **changes):
        given = {"host": "localhost", "port": self.agent.port, "ca_file": self.agent.ca_file}
        if identity is not None:
            given["certificate_file"] = identity.certificate_file
            given["key_file"] = identity.key_file
        settings = ConnectionSettings(**(given | {"strict": True} | changes))
        self.transports.append(PahoTransport(settings, self.clock))
        return self.transports[-1]

    def connected(self, identity=None, **changes):
        transport = self.transport(identity, **changes)
        transport.connect(self.soon)
        return transport

    def client(self, identity, **changes):
        return AgentClient(self.connected(identity, **changes), identity.client_id, self.clock)

    def enrol(self, name="gateway-07", key_kind="ec-p256", **changes):
        enrolment = Enrolment(
            directory=self.directory / name,
            ca_file=self.agent.ca_file,
            client_name=name,
            key_kind=key_kind,
        )
        port = {"port": self.agent.provision_port}
        return provision(enrolment, lambda: self.transport(**(port | changes)), self.clock)

    @property
    def soon(self):
        return Deadline.after(self.clock, 10)


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    with running_agent(tmp_path_factory.mktemp("agent")) as running:
        yield running


@pytest.fixture
def site(agent, tmp_path):
    site = Site(agent, tmp_path)
    yield site
    for transport in site.transports:
        transport.close()


@pytest.fixture
def identity(site):
    return site.enrol()
