import pytest
from mqtt.certificates import Authority
from mqtt.scripted_server import ScriptedServer, server_context

from collector.clock import Deadline, SystemClock
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server_pair(authority):
    return authority.issue("server")


@pytest.fixture(scope="session")
def client_pair(authority):
    return authority.issue("client")


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def soon(clock):
    return Deadline.after(clock, 10)


@pytest.fixture
def settings_for(authority):
    def settings(port, pair=None, **changes):
        given = {"host": "localhost", "port": port, "ca_file": authority.ca_file}
        if pair is not None:
            given |= {"certificate_file": pair.certificate_file, "key_file": pair.key_file}
        return ConnectionSettings(**(given | changes))

    return settings


@pytest.fixture
def serving(authority, server_pair, transports):
    """Return a scripted server with an honest certificate, to be used in a ``with``."""

    def server(script, **options):
        context = server_context(authority, server_pair, **options)
        return ScriptedServer(script, context, before_leaving=transports.close_all)

    return server


class Transports(list):
    """Makes transports and closes them at the end."""

    def __call__(self, settings):
        self.append(PahoTransport(settings, SystemClock()))
        return self[-1]

    def close_all(self):
        for transport in self:
            transport.close()


@pytest.fixture
def transports():
    made = Transports()
    yield made
    made.close_all()


@pytest.fixture
def dial(transports, settings_for, soon):
    """Return a function that connects to a port of this machine."""

    def connected(port, pair=None, **changes):
        transport = transports(settings_for(port, pair, **changes))
        transport.connect(soon)
        return transport

    return connected
