import itertools

import pytest
from contract import document
from contract.raw_client import RawClient, digest_of, save_identity, signing_request
from cryptography.hazmat.primitives.asymmetric import rsa

from collector.agent.running import running_agent


@pytest.fixture(scope="package")
def agent(tmp_path_factory):
    with running_agent(tmp_path_factory.mktemp("agent"), enrolments_per_minute=10_000) as running:
        yield running


@pytest.fixture(scope="session")
def key():
    return rsa.generate_private_key(65537, 2048)  # as in section 4.1


@pytest.fixture(scope="session")
def names():
    return (f"gateway-{number}" for number in itertools.count())


@pytest.fixture
def identity(agent, key, names, tmp_path):
    """Enrol a client the documented way, and return its id and its files."""
    request, row = signing_request(key, next(names)), document.CREATE_CLIENT
    with RawClient(agent.provision_port, agent.ca_file) as stranger:
        stranger.subscribe(row.reply_topic.replace(":hash", digest_of(request)))
        stranger.publish(document.filled(row.topic), request)
        return save_identity(tmp_path, key, stranger.next()[1])


@pytest.fixture
def client(agent, identity):
    """Connect as a new client and listen to all that the agent tells it."""
    client, files = identity
    with RawClient(agent.port, agent.ca_file, client, files) as connected:
        connected.subscribe(f"/v1.0/{client}/#")
        yield ClientOfTheTable(connected)


class ClientOfTheTable:
    """Speaks in the ids of the document; what it sends and gets is translated to the agent's."""

    def __init__(self, connection):
        self.connection = connection
        self._ids = {document.CLIENT: connection.client}
        # Whoever publishes below its own prefix hears itself: that is how MQTT is.
        self._own = set()

    def ask(self, topic, payload):
        """Return what the agent sends for a message; topics and ids are the table's."""
        payload = payload.encode() if isinstance(payload, str) else payload
        asked = self._translated(topic.encode(), back=False).decode()
        self._own.add(asked)
        answers = self.connection.ask(asked, self._translated(payload, back=False))
        return [
            (self._translated(where.encode()).decode(), self._translated(message))
            for where, message in answers
            if where not in self._own and not where.endswith("/ping")
        ]

    def call(self, name, payload=None, sensor=document.SENSOR, metric=document.METRIC_1):
        """Make one request of the table."""
        row = document.request(name)
        topic = document.filled(row.topic, sensor=sensor, metric=metric)
        return self.ask(topic, row.payload if payload is None else payload)

    def learn(self, ours, theirs):
        """Let an id of the document stand for one that the agent has given."""
        self._ids[ours] = theirs

    def _translated(self, text, *, back=True):
        for ours, theirs in self._ids.items():
            old, new = (theirs, ours) if back else (ours, theirs)
            text = text.replace(old.encode(), new.encode())
        return text
