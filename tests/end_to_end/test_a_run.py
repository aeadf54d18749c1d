"""A run from its first start to its end: it provisions itself, delivers, and stops as asked."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from running import STOP_S, agents_of, is_alive, wait_until
from terminal import Terminal


def _client(status):
    return status["delivery"]["client_id"]


def test_run_with_the_embedded_agent_delivers_and_the_next_one_keeps_its_identity(place):
    place.configure('[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n')
    first = place.collector("--embedded-agent")
    before = first.wait_until_confirmed(3)

    assert first.stop(signal.SIGINT) == 0
    account = first.ledger()["gateway"]
    assert account["delivered"] == account["accepted"] > 0

    second = place.collector("--embedded-agent")
    after = second.wait_until_confirmed(3)

    assert second.stop(signal.SIGTERM) == 0
    assert _client(before) == _client(after) != ""


def test_every_value_counted_as_delivered_is_in_the_journal_of_the_agent(place, agent):
    first = place.collector()
    before = first.wait_until_confirmed(10)
    assert first.stop(signal.SIGINT) == 0
    delivered = first.ledger()["counter"]["delivered"]

    assert list(agent.series("counter")) == list(range(1, delivered + 1))

    second = place.collector()
    after = second.wait_until_confirmed()
    assert second.stop() == 0
    assert _client(before) == _client(after)


def test_stops_in_time_while_the_agent_is_not_there(place, agent):
    agent.kill()
    collector = place.collector()
    collector.wait_for(lambda status: status["delivery"]["state"] == "waiting", "it waits")

    assert collector.stop(signal.SIGINT) == 0
    account = collector.ledger()["counter"]
    assert account["pending"] == account["accepted"] > 0


@pytest.fixture
def silent_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_stops_in_time_while_it_connects_to_an_agent_that_says_nothing(place, agent, silent_port):
    known = place.collector()
    known.wait_until_confirmed()
    known.stop()
    delivered = known.ledger()["counter"]["delivered"]
    place.configure(agent=agent, port=silent_port)
    collector = place.collector()
    collector.wait_for(
        lambda status: _client(status) and status["delivery"]["state"] == "connecting",
        "it is connecting",
    )

    assert collector.stop() == 0
    assert collector.ledger()["counter"]["delivered"] == delivered


def test_stops_in_time_while_it_provisions_at_an_agent_that_says_nothing(place, agent, silent_port):
    place.configure(agent=agent, provision_port=silent_port)
    collector = place.collector()
    collector.wait_for(lambda status: status["buffer"]["readings"] >= 2, "it buffers")

    assert collector.stop() == 0


def test_stops_in_time_while_a_source_hangs_and_the_others_lose_nothing(place, agent):
    trouble = place.path / "trouble"
    place.configure(
        '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "100ms"\n',
        f'[[source]]\nplugin = "counter"\nsensor = "stuck"\ninterval = "100ms"\n'
        f'timeout = "200ms"\ntrouble = "{trouble}"\n',
        agent=agent,
    )
    collector = place.collector()
    collector.wait_until_confirmed(4)
    trouble.write_text("hang")
    before = collector.wait_for(
        lambda status: status["sources"][1]["state"] == "overdue", "the source hangs"
    )
    reads = before["sources"][0]["reads"]
    collector.wait_for(
        lambda status: status["sources"][0]["reads"] > reads + 5, "the other one is read"
    )

    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert account["delivered"] == account["accepted"] == len(agent.series("counter"))


def test_stops_in_time_while_the_embedded_agent_is_frozen(place):
    place.configure()
    collector = place.collector("--embedded-agent")
    collector.wait_until_confirmed(3)
    (agent,) = agents_of(collector.process.pid)
    os.kill(agent, signal.SIGSTOP)
    collector.wait_for(lambda status: status["buffer"]["readings"] >= 3, "readings wait")

    assert collector.stop() == 0
    assert collector.ledger()["counter"]["pending"] >= 3
    wait_until(lambda: not is_alive(agent), "the agent has ended")


def test_second_signal_does_not_disturb_the_stop(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()

    collector.process.send_signal(signal.SIGINT)
    collector.process.send_signal(signal.SIGINT)

    assert collector.wait(STOP_S) == 0
    assert collector.ledger()


def test_status_of_a_run_is_one_json_object_for_programs(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()

    code, output, complaint = place.ask("status", "--json")

    status = json.loads(output)
    assert (0, "") == (code, complaint)
    assert "real" == status["mode"]
    assert all(account["balances"] for account in status["ledger"])


def test_status_without_a_run_says_how_to_start_one(place, agent):
    code, output, complaint = place.ask("status")

    assert (1, "") == (code, output)
    assert "start one with 'collector run'" in complaint
    assert 1 == len(complaint.splitlines())


def test_terminal_shows_a_live_table_until_ctrl_c(place, agent):
    with Terminal(place.path, "run", "--config", place.config_file) as terminal:
        terminal.wait_for("connected to 127.0.0.1")
        terminal.wait_for("yes")
        for words in ("sensor", "counter", "°C", "confirmed by the agent", "Ctrl-C stops"):
            assert words in terminal.text

        terminal.press_ctrl_c()

        assert terminal.wait() == 0
        assert "balances" in terminal.text
        assert "Traceback" not in terminal.text


def test_terminal_that_is_closed_ends_the_run_in_order(place):
    place.configure()
    with Terminal(place.path, "run", "--config", place.config_file, "--embedded-agent") as terminal:
        terminal.wait_for("Ctrl-C stops")
        terminal.wait_for("connected to")
        (agent,) = agents_of(terminal.pid)

        terminal.hang_up()

        wait_until(lambda: not is_alive(terminal.pid), "the run has ended", STOP_S)
        assert not is_alive(agent)
    assert not (place.state_dir / "embedded" / "run" / "status.sock").exists()


def test_hangup_and_a_log_that_nobody_reads_any_more_do_not_spoil_the_stop(place, agent):
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "collector", "run", "--config", place.config_file]
    process = place.process(command, stderr=writer)
    os.close(writer)
    wait_until(lambda: len(agent.journal()) > 3, "it delivers")
    os.close(reader)

    process.send_signal(signal.SIGHUP)

    assert process.wait(STOP_S) == 0


def test_run_that_was_told_to_ignore_hangups_does(place, agent):
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-m", "collector", "run"]
    process = place.process([*words, "--config", place.config_file], stderr=subprocess.DEVNULL)
    wait_until(lambda: len(agent.journal()) > 3, "it delivers")

    process.send_signal(signal.SIGHUP)
    values = len(agent.journal())
    wait_until(lambda: len(agent.journal()) > values + 5, "it goes on")

    process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_S) == 0


def test_simulated_run_says_which_sources_have_no_simulator(place):
    place.configure(
        '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n',
        '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "200ms"\n',
    )
    collector = place.collector("--simulate")
    collector.wait_until_confirmed(3)

    assert collector.stop() == 0
    assert ["gateway"] == list(collector.ledger())
    assert "counter" in collector.complaints
