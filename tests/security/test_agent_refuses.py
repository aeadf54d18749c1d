"""What the agent refuses beyond what its own tests hold: on real sockets, with hostile bytes."""

import json
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from agent_bench import Bench
from agent_listener import raw
from paho_peer import DEADLINE_S, Peer, enrol, tls_context

from collector.agent.append_log import AppendLog
from collector.agent.running import running_agent
from collector.mqtt import tls
from collector.mqtt.settings import ConnectionSettings


@pytest.fixture
def agent(tmp_path):
    with running_agent(tmp_path / "agent") as running:
        yield running


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.context.store.close()
    for kept in vars(bench.context.recorder).values():
        if isinstance(kept, AppendLog):
            kept.close()


@pytest.fixture
def identity(agent, tmp_path):
    return enrol(agent.provision_port, agent.ca_file, tmp_path, "gateway")


@pytest.fixture
def line(agent, identity):
    """A connection that says any bytes, already greeted."""
    sock = socket.create_connection(("127.0.0.1", agent.port), DEADLINE_S)
    context = tls_context(agent.ca_file, identity)
    client = raw.RawClient(context.wrap_socket(sock, server_hostname="localhost"))
    assert raw.ACCEPTED == client.ask(raw.connect())
    yield client
    client.close()


def _pings(agent, identity):
    """Tell whether the agent serves a client of good manners."""
    with Peer(agent.port, agent.ca_file, identity) as peer:
        assert peer.subscribe(f"/v1.0/{identity.client}/#")
        peer.publish(f"/v1.0/{identity.client}/ping", '{"request": "here"}')
        return {"answer": "here"} == peer.next()[1]


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_a_signing_request_with_an_outdated_digest_is_refused(bench, tmp_path, digest):
    made = subprocess.run(
        ["openssl", "req", "-new", "-nodes", "-newkey", "rsa:2048", f"-{digest}",
         "-subj", "/CN=gateway", "-keyout", tmp_path / "key"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip

    topic, answer = bench.enrol(made.stdout)

    assert topic.endswith("/error")
    assert 20 == json.loads(answer)["errorcode"]


@pytest.mark.parametrize(
    "topic",
    ["/v1.0/{own}/ping\0", "/v1.0/{own}/sensor/+/metric/pushValues", "/v1.0/{own}/#", ""],
    ids=["nul", "plus", "hash", "empty"],
)
def test_a_message_to_no_single_topic_cuts_its_sender_off_and_nobody_else(
    agent, identity, line, topic
):
    line.send(raw.publish(topic.format(own=identity.client), b"{}", 1))

    assert [] == line.read_to_end()
    assert _pings(agent, identity)


def test_a_request_for_a_certificate_is_not_taken_where_clients_talk(agent, identity, line):
    line.send(raw.publish("/v1.0/createClient", b"a signing request", 1))

    assert [] == line.read_to_end()
    assert _pings(agent, identity)


def test_a_push_of_more_than_a_thousand_metrics_is_refused_as_a_whole(bench):
    values = {f"m{number}": number for number in range(1001)}

    answer = bench.push("flood", **values)[1]

    assert 19 == answer["errorcode"]
    assert "flood" not in str(bench.ask("sensor/list", {}))


def test_numbers_and_nesting_beyond_all_bounds_are_refused_and_the_client_stays(agent, identity):
    own = f"/v1.0/{identity.client}"
    digits, depth = "9" * 5000, "[" * 100
    bodies = [
        f'{{"metrics": [{{"metricId": "m", "value": {digits}}}]}}',
        f'{{"metrics": {depth}{"]" * 100}}}',
        '{"metrics": [], "metrics": []}',
        '{"metrics": [{"metricId": "m", "value": NaN}]}',
    ]
    with Peer(agent.port, agent.ca_file, identity) as peer:
        assert peer.subscribe(f"{own}/sensor/s/error/inbox")
        codes = []
        for body in bodies:
            peer.publish(f"{own}/sensor/s/metric/pushValues", body)
            codes.append(peer.next()[1]["errorcode"])

        assert codes[1:] == [4, 4, 4]
        assert codes[0] in {4, 8, 27}
        assert not peer.gone.is_set()


@pytest.mark.parametrize("strict", [True, False])
def test_no_setting_turns_the_verification_of_the_agent_off(agent, strict):
    settings = ConnectionSettings(
        host="localhost", port=agent.port, ca_file=agent.ca_file, strict=strict
    )

    context = tls.build_context(settings)

    assert ssl.CERT_REQUIRED is context.verify_mode
    assert context.check_hostname
    assert ssl.TLSVersion.TLSv1_2 <= context.minimum_version
    assert 1 == len(context.get_ca_certs()), "the pinned authority, and none of the system's"


def test_nothing_of_the_agents_directory_is_open_to_others(agent, identity):
    directory = Path(agent.ca_file).parent
    public = {"ca.crt", "server.crt"}

    modes = {file.name: file.stat().st_mode & 0o077 for file in directory.iterdir()}

    assert 0 == directory.stat().st_mode & 0o077
    assert [] == [name for name, mode in modes.items() if mode and name not in public]
    assert json.dumps(sorted(modes)).count("key") == 2
