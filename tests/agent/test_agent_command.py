"""``collector agent run`` as a process."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho_peer import DEADLINE_S, Identity, Peer, enrol

READY = re.compile(
    r"ready provision=(?:127\.0\.0\.1|\[::1\]):(\d+) mqtt=(?:127\.0\.0\.1|\[::1\]):(\d+)\n"
)


def _start(*options: object) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "collector", "agent", "run", *map(str, options)]
    return subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextlib.contextmanager
def _agent(directory: Path, *options: object) -> Iterator[tuple["subprocess.Popen[str]", int, int]]:
    process = _start("--directory", directory, "--provision-port", 0, "--port", 0, *options)
    try:
        assert process.stdout is not None
        ready = READY.fullmatch(process.stdout.readline())
        if ready is None:
            pytest.fail(process.communicate(timeout=DEADLINE_S)[1])
        yield process, int(ready[1]), int(ready[2])
    finally:
        process.kill()
        process.communicate(timeout=DEADLINE_S)


def _refused(*options: object) -> tuple[int, str]:
    process = _start(*options)
    output, complaint = process.communicate(timeout=DEADLINE_S)
    assert output == ""
    assert len(complaint.strip().splitlines()) >= 1
    assert "Traceback" not in complaint
    return process.returncode, complaint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_within_two_seconds_although_a_client_is_connected(tmp_path, number) -> None:
    with _agent(tmp_path / "agent") as (process, provision_port, port):
        identity = enrol(provision_port, tmp_path / "agent" / "ca.crt", tmp_path)
        with Peer(port, tmp_path / "agent" / "ca.crt", identity):
            begun = time.monotonic()
            process.send_signal(number)
            rest, complaint = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 0
    assert time.monotonic() - begun < 2.0
    assert rest == ""
    assert [line for line in complaint.splitlines() if "new client" not in line] == []


def test_stops_when_the_program_that_started_it_is_gone(tmp_path) -> None:
    with _agent(tmp_path / "agent", "--while-stdin-is-open") as (process, _, _):
        process.communicate(timeout=DEADLINE_S)  # closes its standard input

        assert process.returncode == 0


def test_listens_on_ipv6_where_asked(tmp_path) -> None:
    with _agent(tmp_path / "agent", "--host", "::1") as (_, provision_port, _port):
        socket.create_connection(("::1", provision_port), DEADLINE_S).close()


def test_port_in_use_is_named(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, complaint = _refused(
            "--directory", tmp_path / "a", "--port", port, "--provision-port", 0
        )

    assert code == 73
    assert str(port) in complaint


def test_directory_that_is_a_file_is_named(tmp_path) -> None:
    (tmp_path / "file").touch()

    code, complaint = _refused("--directory", tmp_path / "file")

    assert code == 73
    assert str(tmp_path / "file") in complaint


def test_directory_of_a_running_agent_is_named(tmp_path) -> None:
    with _agent(tmp_path / "agent"):
        code, complaint = _refused("--directory", tmp_path / "agent")

    assert code == 73
    assert "another agent is running" in complaint


def test_key_that_others_may_read_is_refused_in_one_line(tmp_path) -> None:
    with _agent(tmp_path / "agent"):
        pass
    (tmp_path / "agent" / "ca.key").chmod(0o644)

    code, complaint = _refused("--directory", tmp_path / "agent")

    assert code == 78
    assert len(complaint.splitlines()) == 1
    assert "ca.key: others may read this key" in complaint


def test_wrong_file_of_faults_is_refused(tmp_path) -> None:
    (tmp_path / "faults.toml").write_text("[[fault]]\n", "utf-8")

    code, complaint = _refused(
        "--directory", tmp_path / "agent", "--faults", tmp_path / "faults.toml"
    )

    assert code == 78
    assert "fault[0].action" in complaint


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--directory",),
        ("--directory", "x", "--port", "70000"),
        ("--directory", "x", "--port", "-1"),
        ("--directory", "x", "--deleted", "forget"),
        ("--directory", "x", "--certificate-days", "0"),
        ("--directory", "x", "--enrolments-per-minute", "many"),
        ("--directory", "x", "--colour", "red"),
    ],
)
def test_wrong_command_line_is_refused(tmp_path, monkeypatch, options) -> None:
    monkeypatch.chdir(tmp_path)

    assert _refused(*options)[0] == 64
    assert list(tmp_path.iterdir()) == []


def test_nothing_confirmed_is_lost_by_kill_9(tmp_path) -> None:
    directory, journal = tmp_path / "agent", tmp_path / "journal.jsonl"
    with _agent(directory, "--journal", journal) as (process, provision_port, port):
        identity = enrol(provision_port, directory / "ca.crt", tmp_path, "gateway-07")
        confirmed = _push_until_killed(
            process, Peer(port, directory / "ca.crt", identity), identity
        )

    values = [json.loads(line)["value"] for line in journal.read_text("utf-8").splitlines()]
    assert confirmed >= 20
    assert values[:confirmed] == list(range(confirmed))
    with _agent(directory, "--journal", journal) as (_, _, port):
        prefix = f"/v1.0/{identity.client}"
        with Peer(port, directory / "ca.crt", identity) as peer:
            assert peer.subscribe(f"{prefix}/#")
            peer.publish(f"{prefix}/sensor/s/metric/n/inventory", "{}")
            assert peer.next()[1]["value"] == values[-1]


def _push_until_killed(
    process: "subprocess.Popen[str]", connecting: Peer, identity: Identity
) -> int:
    """Push 0, 1, 2 ... and kill the agent in the middle; return how many were confirmed."""
    prefix = f"/v1.0/{identity.client}/sensor/s"
    with connecting as peer:
        assert peer.subscribe(f"{prefix}/info/inbox")
        for number in range(200):
            message = {"metrics": [{"metricId": "n", "value": number}], "timestamp": number}
            peer.publish(f"{prefix}/metric/pushValues", json.dumps(message))
        for _ in range(20):
            peer.next()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_S)
        peer.gone.wait(DEADLINE_S)
    return 20 + peer.messages.qsize()
