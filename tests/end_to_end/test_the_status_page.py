"""The page of a real run: nothing secret leaves by it, and it is there or the run is not."""

import http.client
import socket

import pytest

from collector.web.app import ROUTES

TOKEN = "token-0123456789abcdef-0123456789"
SECRET = "correct-horse-battery-staple"
PATHS = [route.replace("<path:path>", "page.js") for route in ROUTES]
PATHS += [f"/?token={TOKEN}", "/?token=wrong", "/nothing", "/api/history?sensor=counter&metric=no"]
SOURCE = (
    '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "100ms"\n'
    'trouble = "${file:secret.txt}"\n'
)


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def configure(place, agent, port):
    (place.path / "secret.txt").write_text(SECRET)
    token_file = place.path / "web.token"
    token_file.write_text(TOKEN)
    token_file.chmod(0o600)
    table = f'[web]\nenabled = true\nport = {port}\ntoken_file = "web.token"\n'
    place.configure(SOURCE, agent=agent, tables=table)


def ask(port, path, **headers):
    """Return the status and all that comes of one request, at most its first 100 kB."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.readline() + answer.readline() if path == "/api/events" else answer.read(100_000)
    connection.close()
    return answer.status, f"{answer.headers}{body.decode()}"


def test_no_answer_holds_a_key_a_token_or_a_credential(place, agent, port):
    configure(place, agent, port)
    collector = place.collector()
    collector.wait_until_confirmed(5)
    keys = [file.read_text() for file in place.path.rglob("*.key")]
    lines = {line for key in keys for line in key.splitlines() if "-----" not in line}
    asked = [
        ask(port, path, **headers)
        for path in PATHS
        for headers in ({}, {"Authorization": f"Bearer {TOKEN}"})
    ]

    told = "\n".join(text for _, text in asked)

    assert {200, 303, 401, 404} == {status for status, _ in asked}
    assert lines
    assert "counter" in told
    assert [] == [word for word in (TOKEN, SECRET, "PRIVATE KEY", *lines) if word in told]
    assert collector.stop() == 0
    assert TOKEN not in collector.complaints


def test_a_port_that_is_taken_is_an_alarm_and_no_end(place, agent, port):
    configure(place, agent, port)
    with socket.create_server(("127.0.0.1", port)):
        collector = place.collector()
        status = collector.wait_until_confirmed(5)

    [alarm] = status["alarms"]
    assert ("page", "warning") == (alarm["kind"], alarm["level"])
    assert f"[web] cannot listen on 127.0.0.1 port {port}: Address already" in alarm["message"]
    assert collector.stop() == 0


def test_a_token_that_is_gone_ends_the_start(place, agent, port):
    configure(place, agent, port)
    (place.path / "web.token").unlink()

    collector = place.collector()

    assert 78 == collector.wait()
    assert "web.token cannot be read: No such file" in collector.complaints


def test_a_stop_does_not_wait_for_those_who_watch(place, agent, port):
    configure(place, agent, port)
    collector = place.collector()
    collector.wait_until_confirmed()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {TOKEN}"})
    answer = connection.getresponse()
    answer.readline()

    assert collector.stop() == 0

    assert "Traceback" not in collector.complaints
    connection.close()
