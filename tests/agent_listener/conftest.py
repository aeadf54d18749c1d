import pytest
from agent_listener import raw
from agent_listener.site import Site, client_context, server_context
from mqtt.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("listener-authority"))


@pytest.fixture(scope="session")
def contexts(authority):
    pair = authority.issue("server")
    return {
        "mutual": server_context(authority, pair, mutual=True),
        "open": server_context(authority, pair, mutual=False),
    }


@pytest.fixture(scope="session")
def pairs(authority):
    return {name: authority.issue(name) for name in ("alice", "bob")}


@pytest.fixture(scope="session")
def identities(authority, pairs):
    return {name: client_context(authority, pair) for name, pair in pairs.items()}


@pytest.fixture
def sites(contexts):
    """Make listeners with any limits; whatever broke on their loops fails the test."""
    made = []

    def site(limits=None):
        made.append(Site(contexts, limits))
        return made[-1]

    yield site
    for one in made:
        one.close()
    assert [one.broken for one in made] == [[] for _ in made]


@pytest.fixture
def site(sites):
    return sites()


@pytest.fixture
def dial(identities, authority):
    """Open a connection of alice, bob, or with None nobody, to a site."""
    opened = []

    def dialled(site, name="alice", **options):
        if name is None:
            opened.append(raw.dial(site.ports["open"], client_context(authority), **options))
        else:
            opened.append(raw.dial(site.ports["mutual"], identities[name], **options))
        return opened[-1]

    yield dialled
    for client in opened:
        client.close()


@pytest.fixture
def begin(dial):
    """Open a connection and a session on it."""

    def begun(site, name="alice", version=4, client_id="raw", **options):
        client = dial(site, name)
        answer = client.ask(raw.connect(version, client_id, **options))
        assert answer[0] == 0x20
        assert answer[3] == 0, answer
        return client

    return begun
