"""Certificates that come to their end while the collector runs: renewed, and no reading is lost."""

import json
import sys

import pytest
from running import wait_until

QUICK = '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "50ms"\n'
REFUSE_ENROLMENT = """
[[fault]]
operation = "create_client"
action = "error"
code = 1
"""
LOSE_REPLIES = """
[[fault]]
operation = "create_client"
action = "drop_reply"
count = 1
"""
REFUSE_NOTHING = ""


def _client(status):
    return status["delivery"]["client_id"]


def _delivers_as_another(collector, former):
    return collector.wait_for(
        lambda status: (
            _client(status) not in {"", former} and status["delivery"]["state"] == "connected"
        ),
        "another identity delivers",
    )


def _assert_whole(agent, collector):
    """Every value that was read has arrived, under one client or the other, without a gap."""
    assert 0 == collector.stop()
    account = collector.ledger()["counter"]
    assert (0, 0) == (account["pending"], account["dropped"])
    series = agent.series("counter")
    assert list(range(1, len(series) + 1)) == sorted(series)
    assert account["delivered"] == len(series)
    return {row["client"] for row in agent.journal()}


def test_renewal_by_hand_is_taken_up_by_the_running_collector(place, agent):
    place.configure(QUICK, agent=agent)
    collector = place.collector()
    first = _client(collector.wait_until_confirmed(5))

    code, told, complaint = place.ask("provision", "--renew")
    status = _delivers_as_another(collector, first)
    collector.wait_until_confirmed(status["delivery"]["confirmed_readings"] + 10)

    assert (0, "") == (code, complaint)
    assert f"is to follow {first}" in told
    assert {first, _client(status)} == _assert_whole(agent, collector)
    assert 0 == status["delivery"]["resent_readings"]
    pairs = {(row["client"], row["value"]) for row in agent.journal()}
    assert len(pairs) == len({value for _, value in pairs}), "no reading came under both"


def test_renewal_makes_sensors_and_metrics_anew_where_they_are_created_before_pushes(place, agent):
    place.configure(QUICK, agent=agent, inventory="create")
    collector = place.collector()
    first = _client(collector.wait_until_confirmed(5))
    before = {row["sensor"] for row in agent.journal()}

    place.ask("provision", "--renew")
    status = _delivers_as_another(collector, first)
    collector.wait_until_confirmed(status["delivery"]["confirmed_readings"] + 10)

    assert 0 == collector.stop()
    after = {row["sensor"] for row in agent.journal() if row["client"] == _client(status)}
    values = sorted({row["value"] for row in agent.journal()})
    assert list(range(1, len(values) + 1)) == values
    assert 1 == len(before) == len(after)
    assert before != after
    assert 0 == collector.ledger()["counter"]["dropped"]


def test_renewal_by_hand_without_a_run_is_taken_up_by_the_next_one(place, agent):
    collector = place.collector()
    first = _client(collector.wait_until_confirmed())
    collector.stop()

    place.ask("provision", "--renew")
    collector = place.collector()

    _delivers_as_another(collector, first)
    names = {file.name for file in (place.state_dir / "identity").iterdir()}
    assert "renewed.json" not in names
    assert not any(first in name for name in names)


def test_collector_killed_before_it_took_up_the_new_certificate_does_so_afterwards(place, agent):
    place.configure(QUICK, agent=agent)
    collector = place.collector()
    first = _client(collector.wait_until_confirmed(5))
    place.ask("provision", "--renew")
    collector.kill()

    collector = place.collector()

    _delivers_as_another(collector, first)
    collector.wait_for(lambda status: status["buffer"]["readings"] <= 3, "it is drained")
    assert 0 == collector.stop()
    assert 0 == collector.ledger()["counter"]["dropped"]


def test_certificate_is_renewed_by_itself_before_it_expires(place):
    faults = place.path / "faults.toml"
    faults.write_text(REFUSE_NOTHING)
    agent = place.agent("--certificate-days", "0.00023", "--faults", faults)  # twenty seconds
    place.configure(QUICK, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(5)
    status = collector.wait_for(
        lambda status: status["certificate"]["days_left"] == 0, "the certificate is watched"
    )

    renewed = _delivers_as_another(collector, _client(status))
    faults.write_text(REFUSE_ENROLMENT)

    assert renewed["certificate"]["not_after_ms"] >= status["certificate"]["not_after_ms"]
    assert {_client(status), _client(renewed)} <= _assert_whole(agent, collector)
    assert "expires in less than a day" in collector.complaints


def test_lost_reply_to_a_renewal_costs_a_second_try_and_no_reading(place):
    faults = place.path / "faults.toml"
    faults.write_text(REFUSE_NOTHING)
    agent = place.agent("--faults", faults)
    place.configure(QUICK, agent=agent)
    collector = place.collector()
    first = _client(collector.wait_until_confirmed(5))
    faults.write_text(LOSE_REPLIES)

    words = [sys.executable, "-m", "collector", "provision", "--renew"]
    asking = place.process([*words, "--config", place.config_file])
    wait_until(lambda: agent.complaints.count("new client") == 2, "the agent has answered")
    assert asking.poll() is None
    asking.kill()
    assert first == _client(collector.status())
    assert 0 == place.ask("provision", "--renew")[0]

    _delivers_as_another(collector, first)
    assert 2 == len(_assert_whole(agent, collector))
    assert 2 == agent.complaints.count("new client"), "it was the same request"


def test_expired_certificate_is_named_and_readings_wait_for_the_next_one(place):
    faults = place.path / "faults.toml"
    faults.write_text(REFUSE_NOTHING)
    agent = place.agent("--certificate-days", "0.00018", "--faults", faults)  # fifteen seconds
    place.configure(QUICK, agent=agent, provision="never")
    assert 0 == place.ask("provision")[0]
    collector = place.collector()
    first = _client(collector.wait_until_confirmed(5))
    collector.wait_for(lambda status: status["certificate"]["days_left"] < 0, "it has expired")

    agent.stop()
    agent = place.again(agent)
    expired = collector.wait_for(
        lambda status: status["delivery"]["state"] == "expired", "the state names it"
    )
    collector.wait_for(lambda status: status["buffer"]["readings"] > 10, "it collects on")
    code, told, _ = place.ask("status")
    renewal = place.ask("provision", "--renew")

    assert "expired" in expired["delivery"]["message"]
    assert "collector provision --renew" in expired["certificate"]["message"]
    assert 0 == code
    assert "certificate: expired on" in told
    assert 0 == renewal[0], renewal
    _delivers_as_another(collector, first)
    assert 2 == len(_assert_whole(agent, collector))


@pytest.mark.parametrize("faults", [REFUSE_ENROLMENT])
def test_refused_renewal_leaves_the_old_certificate_delivering_and_says_so(place, faults):
    faults_file = place.path / "faults.toml"
    faults_file.write_text(REFUSE_NOTHING)
    agent = place.agent("--certificate-days", "0.4", "--faults", faults_file)
    place.configure(QUICK, agent=agent, provision="never")
    assert 0 == place.ask("provision")[0]
    record = place.state_dir / "identity" / "client.json"
    long_ago = json.loads(record.read_text()) | {"enrolled_at_ms": 0}
    record.write_text(json.dumps(long_ago))
    faults_file.write_text(faults)
    place.configure(QUICK, agent=agent, renew_before="7d")

    collector = place.collector()
    collector.wait_for(
        lambda status: (
            "could not be renewed, which is tried again" in status["certificate"]["message"]
        ),
        "a renewal has failed",
    )
    status = collector.wait_until_confirmed(5)

    assert "connected" == status["delivery"]["state"]
    assert "expires in less than a day" in collector.complaints
    assert 1 == len(_assert_whole(agent, collector))
