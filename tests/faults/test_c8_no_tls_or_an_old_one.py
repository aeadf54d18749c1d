"""C8: no TLS, or an old one, where it has to be."""

import socket
import ssl
import warnings

import pytest
from faults.fault_load import BRISK, STANDARD
from mqtt.scripted_server import ScriptedServer


def listen(connection):
    connection.hold_until_the_end()


def old_tls(bench):
    """Return a server's context that speaks TLS 1.1 at best."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    directory = bench.agent.directory
    context.load_cert_chain(directory / "server.crt", directory / "server.key")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def greet_plainly(connection):
    connection.send(b"\x20\x02\0\0")
    connection.hold_until_the_end()


def test_neither_side_takes_less_than_tls_1_2(bench, row):
    load = row.pick(BRISK, STANDARD)
    bench.start(load)
    assert 0 == bench.collector.stop()
    for script, context in ((greet_plainly, None), (listen, old_tls(bench))):
        with ScriptedServer(script, context) as server:
            bench.configure(load, port=server.port)
            bench.start_collector()
            bench.wait_until_named("TLS|protocol|version")
            assert 0 == bench.collector.status()["delivery"]["confirmed_readings"]
            assert 0 == bench.collector.stop()
        assert [] == server.received  # not a packet of MQTT

    bench.configure(load)
    bench.start_collector()
    bench.wait_until_well()
    _assert_agent_refuses_old_tls(bench.agent.ports[1])
    assert {} == bench.finish().dropped


def _assert_agent_refuses_old_tls(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", port), 10) as line,
        pytest.raises(OSError),  # noqa: PT011 - an alert, or the end
    ):
        context.wrap_socket(line)
