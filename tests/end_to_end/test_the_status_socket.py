"""What a process of the same user may send to the status socket cannot hurt the run."""

import json
import socket

import pytest

from collector.cli.calling import call

NONSENSE = [
    b"",
    b"\n",
    b"not json\n",
    b"[]\n",
    b'"status"\n',
    b"{}\n",
    b'{"request": null}\n',
    b'{"request": ["status"]}\n',
    b'{"request": "fly"}\n',
    b'{"request": "push values", "sensor": "counter", "body": "{}"}\n',
    b'{"request": "describe metric"}\n',
    b'{"request": "describe metric", "sensor": "a/b", "metric": "#"}\n',
    b'{"request": "describe metric", "sensor": "+", "metric": "\\u0000"}\n',
    b'{"request": "update sensor", "sensor": "s\\ud800", "body": "\\ud800"}\n',
    b'{"request": "ping", "body": {"request": 1}}\n',
    b'{"request": "ping", "body": "%s"}\n' % (b"x" * 300_000),
    b'{"request": "watch", "sensor": "a/#"}\n',
    b"[" * 100_000 + b"\n",
    b"1" * 5_000 + b"\n",
    b"\xff\xfe\n",
    b"x" * 2_000_000,
]


def _send(path, line):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(2)
        asker.connect(str(path))
        try:
            asker.sendall(line)
            asker.shutdown(socket.SHUT_WR)
            return asker.recv(65536)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            return b""


def test_nonsense_on_the_socket_harms_nothing(place, agent):
    collector = place.collector()
    before = collector.wait_until_confirmed()

    for line in NONSENSE:
        answer = _send(collector.socket, line)
        assert not answer or not json.loads(answer.splitlines()[0]).get("ok", False), line

    readings = before["delivery"]["confirmed_readings"]
    after = collector.wait_until_confirmed(readings + 5)
    assert 1 == after["delivery"]["connections"]
    assert 0 == after["delivery"]["resent_readings"]
    assert collector.stop() == 0
    assert "thread" not in collector.complaints


@pytest.mark.parametrize("words", [("sensor", "watch", "counter"), ("client", "ping")])
def test_request_while_the_agent_is_not_there_says_so(place, agent, words):
    agent.kill()
    collector = place.collector()
    collector.wait_for(lambda status: status["delivery"]["state"] == "waiting", "it waits")

    code, output, complaint = place.ask(*words)

    assert (69, "") == (code, output)
    assert 1 == len(complaint.splitlines())
    assert "nobody listens at 127.0.0.1" in complaint
    assert collector.stop() == 0
    assert "thread" not in collector.complaints


def test_watch_ends_with_the_run(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()
    live = call(collector.socket, {"request": "watch", "sensor": "counter"})

    assert "live" in next(live)
    assert collector.stop() == 0
    assert all("live" in line for line in live)
