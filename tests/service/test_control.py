"""The unix socket of a running collector."""

import json
import socket
import stat
from concurrent.futures import Future
from contextlib import closing

import pytest
from running import wait_until

from collector.cli.calling import call, is_listening
from collector.errors import AgentError, AgentUnreachableError, ConfigError, StateError
from collector.service.answers import Answers
from collector.service.control import ControlSocket
from collector.wire.topics import Operation


class Agent:
    """The way to the agent, with scripted answers."""

    def __init__(self):
        self.asked = []
        self.outcome = b"reply"
        self.watchers = []
        self.reloaded = {"changed": ["boiler"]}
        self.ended = 0

    def request(self, operation, sensor, metric, body):
        self.asked.append((operation, sensor, metric, body))
        future = Future()
        if isinstance(self.outcome, Exception):
            future.set_exception(self.outcome)
        else:
            future.set_result(self.outcome)
        return future

    def reload(self, timeout_s):
        if isinstance(self.reloaded, Exception):
            raise self.reloaded
        return self.reloaded

    def record(self, names, is_over):
        try:
            yield {"ok": True, "reply": list(names)}
            while not is_over():
                yield {"idle": True}
        finally:
            self.ended += 1

    def resume(self, sensor):
        return sensor == "kept"

    def watch(self, sensor, on_live_data):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        on_live_data(f"live of {sensor}".encode())

        def end():
            self.ended += 1

        return end


def ask(path, request):
    return next(call(path, request))


def made(path, status, agent):
    return ControlSocket(path, Answers(status, agent.reload, agent, agent.record))


@pytest.fixture
def agent():
    return Agent()


@pytest.fixture
def path(tmp_path, agent):
    control = made(tmp_path / "status.sock", lambda: {"mode": "real"}, agent)
    control.start()
    yield tmp_path / "status.sock"
    control.stop()


def test_it_tells_the_status(path):
    assert {"ok": True, "reply": {"mode": "real"}} == ask(path, {"request": "status"})


def test_odd_words_in_a_status_are_told_as_well_as_can_be(tmp_path, agent):
    control = made(tmp_path / "odd.sock", lambda: {"message": "a \ud800 b"}, agent)
    control.start()

    told = ask(tmp_path / "odd.sock", {"request": "status"})

    control.stop()
    assert "a ? b" == told["reply"]["message"]


def test_it_has_the_configuration_loaded_anew(path):
    assert {"ok": True, "reply": {"changed": ["boiler"]}} == ask(path, {"request": "reload"})


def test_a_configuration_that_is_refused_is_said_with_every_complaint(path, agent):
    agent.reloaded = ConfigError("a.toml:1:1: wrong", "a.toml:2:1: wrong too")

    answer = ask(path, {"request": "reload"})

    expected = "a.toml:1:1: wrong\na.toml:2:1: wrong too"
    assert {"ok": False, "error": expected, "exit_code": 78} == answer


def test_a_reload_that_takes_long_is_left_to_the_status(path, agent):
    agent.reloaded = TimeoutError()

    answer = ask(path, {"request": "reload"})

    assert 69 == answer["exit_code"]
    assert "still under way" in answer["error"]


def test_it_has_a_sensor_made_again_that_is_kept(path):
    assert {"ok": True, "reply": ""} == ask(path, {"request": "resume", "sensor": "kept"})


def test_a_sensor_that_is_not_kept_is_said(path):
    answer = ask(path, {"request": "resume", "sensor": "other"})

    assert (False, 1) == (answer["ok"], answer["exit_code"])
    assert "sensor other is not held" in answer["error"]


def test_it_is_for_its_owner_alone(path):
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_it_makes_requests_of_the_agent(path, agent):
    asked = {"request": "describe metric", "sensor": "s", "metric": "m", "body": "{}"}

    assert {"ok": True, "reply": "reply"} == ask(path, asked)
    assert [(Operation.DESCRIBE_METRIC, "s", "m", b"{}")] == agent.asked


def test_a_refusal_of_the_agent_keeps_code_name_and_metrics(path, agent):
    agent.outcome = AgentError(23, "DeleteMetricsFailed", "no", "/topic", ("m",))

    answer = ask(path, {"request": "delete metrics", "sensor": "s"})

    expected = {
        "ok": False,
        "code": 23,
        "name": "DeleteMetricsFailed",
        "message": "no",
        "metrics": ["m"],
    }
    assert expected == answer


def test_an_unreachable_agent_is_said_with_its_exit_code(path, agent):
    agent.outcome = AgentUnreachableError("not connected")

    answer = ask(path, {"request": "list sensors"})

    assert {"ok": False, "error": "not connected", "exit_code": 69} == answer


def test_nothing_can_be_watched_while_the_agent_is_unreachable(path, agent):
    agent.outcome = AgentUnreachableError("not connected")

    answer = ask(path, {"request": "watch", "sensor": "boiler"})

    assert {"ok": False, "error": "not connected", "exit_code": 69} == answer


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"[]\n",
        b"{}\n",
        b"[" * 100_000 + b"\n",
        b'{"request": ["status"]}\n',
        b'{"request": "fly"}\n',
        b'{"request": "report error"}\n',
        b'{"request": "describe metric", "sensor": "a/b", "metric": "m"}\n',
        b'{"request": "describe metric", "sensor": "a", "metric": "#"}\n',
        b'{"request": "watch", "sensor": "+"}\n',
        b'{"request": "ping", "body": "\\ud800"}\n',
    ],
)
def test_nonsense_gets_an_answer_and_the_socket_lives_on(path, line):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(5)
        asker.connect(str(path))
        asker.sendall(line)
        answer = json.loads(asker.makefile("rb").readline())

    assert (False, 64) == (answer["ok"], answer["exit_code"])
    assert ask(path, {"request": "status"})


def test_live_data_is_streamed_until_the_asker_hangs_up(path):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(5)
        asker.connect(str(path))
        asker.sendall(b'{"request": "watch", "sensor": "boiler"}\n')

        assert {"live": "live of boiler"} == json.loads(asker.makefile("rb").readline())


def test_a_recording_is_streamed_until_the_asker_hangs_up(path, agent):
    with closing(call(path, {"request": "record", "sources": ["boiler"]})) as answers:
        assert {"ok": True, "reply": ["boiler"]} == next(answers)
        assert {"idle": True} == next(answers)

    wait_until(lambda: agent.ended, "the recording is over")


def test_a_watch_ends_with_its_asker_though_nothing_comes(path, agent, monkeypatch):
    monkeypatch.setattr("collector.service.answers.LOOK_S", 0.01)
    with socket.socket(socket.AF_UNIX) as asker:
        asker.connect(str(path))
        asker.sendall(b'{"request": "watch", "sensor": "boiler"}\n')
        asker.makefile("rb").readline()

    wait_until(lambda: agent.ended, "the watch is over")


def test_who_has_no_more_to_ask_is_answered_still(path):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(5)
        asker.connect(str(path))
        asker.sendall(b'{"request": "record", "sources": []}\n')
        asker.shutdown(socket.SHUT_WR)
        answers = asker.makefile("rb")

        assert [True] * 3 == [bool(answers.readline()) for _ in range(3)]


def test_many_questions_can_be_asked_on_one_connection(path):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(5)
        asker.connect(str(path))
        asker.sendall(b'{"request": "status"}\n' * 3)
        answers = asker.makefile("rb")

        assert [True] * 3 == [json.loads(answers.readline())["ok"] for _ in range(3)]


def test_nobody_there_is_told_from_an_answer(tmp_path):
    assert not is_listening(tmp_path / "status.sock")
    assert not is_listening(tmp_path / "missing" / "status.sock")


def test_a_socket_left_by_a_killed_run_is_replaced(tmp_path, agent):
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "status.sock"))
    left.close()

    control = made(tmp_path / "status.sock", dict, agent)
    control.start()

    assert ask(tmp_path / "status.sock", {"request": "status"})
    control.stop()


def test_a_path_longer_than_a_sockets_address_works(tmp_path, agent):
    directory = tmp_path / ("long" * 30)
    directory.mkdir()
    control = made(directory / "status.sock", dict, agent)
    control.start()

    assert ask(directory / "status.sock", {"request": "status"})
    control.stop()


def test_a_socket_that_cannot_be_made_is_one_clear_line(tmp_path, agent):
    with pytest.raises(StateError, match="cannot listen"):
        made(tmp_path / "missing" / "status.sock", dict, agent).start()
