"""What the README promises of readings that wait: over kills, restarts and outages of the agent."""

import random
import time

import pytest
from running import wait_until

FAST = '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "20ms"\n'
ROUNDS = 10


def _lives(agent):
    """Return what the agent has of each life of the source, which counts from 1 in each.

    By the timestamps, for a value may arrive long after its life has ended, and twice.
    """
    rows = {(row["timestamp_ms"], row["value"]) for row in agent.journal()}
    lives = []
    for _, value in sorted(rows):
        if value == 1:
            lives.append([])
        lives[-1].append(value)
    return lives


def _settle_and_stop(collector):
    collector.wait_for(
        lambda status: status["sources"][0]["reads"] >= 5 and status["buffer"]["readings"] <= 3,
        "it is drained",
    )
    assert collector.stop() == 0
    return collector.ledger()["counter"]


def _check(agent, account, reads):
    """Every life is complete up to what was certain, without a gap, and all of it is counted."""
    lives = _lives(agent)
    assert account["dropped"] == 0
    assert account["pending"] == 0
    assert len(lives) == len(reads)
    for life, certain in zip(lives, reads, strict=True):
        assert list(range(1, len(life) + 1)) == life
        assert len(life) >= certain
    stored = sum(map(len, lives))
    assert account["delivered"] == stored


def test_collector_killed_during_an_outage_of_the_agent_loses_and_invents_nothing(place):
    agent = place.agent()
    place.configure(FAST, agent=agent)
    known = place.collector()
    reads = [known.wait_until_confirmed(3)["sources"][0]["reads"]]
    time.sleep(0.1)
    known.kill()
    agent.kill()
    for _ in range(ROUNDS):
        collector = place.collector()
        status = collector.wait_for(
            lambda status: (
                status["sources"] and status["sources"][0]["reads"] >= 8
                and status["spool"]["readings"] >= 8
            ),
            "it spools",
        )  # fmt: skip
        time.sleep(0.1)  # what was read has long been written by then
        collector.kill()
        reads.append(status["sources"][0]["reads"])

    agent = place.again(agent)
    last = place.collector()
    last.wait_for(lambda status: status["delivery"]["confirmed_readings"] > 10 * 8, "it delivers")
    account = _settle_and_stop(last)

    reads.append(1)
    _check(agent, account, reads)


def test_collector_killed_during_delivery_loses_and_invents_nothing(place):
    agent = place.agent()
    place.configure(FAST + "per_read = 3\n", agent=agent)
    reads = []
    chance = random.Random(5)
    for _ in range(ROUNDS):
        collector = place.collector()
        status = collector.wait_for(
            lambda status: (
                status["delivery"]["confirmed_readings"] >= 5 and status["sources"][0]["reads"] >= 5
            ),
            "it delivers",
        )
        time.sleep(0.1 + chance.random() / 4)
        collector.kill()
        reads.append(status["sources"][0]["reads"])

    last = place.collector()
    last.wait_until_confirmed(5)
    account = _settle_and_stop(last)

    reads.append(1)
    _check(agent, account, reads)


def test_restart_takes_up_where_a_stop_has_left_off(place, agent):
    known = place.collector()
    known.wait_until_confirmed(3)
    assert known.stop() == 0
    agent.kill()
    first = place.collector()
    first.wait_for(lambda status: status["buffer"]["readings"] >= 10, "it buffers")
    assert first.stop() == 0
    left = first.ledger()["counter"]
    assert left["pending"] >= 10
    assert left["dropped"] == 0

    agent = place.again(agent)
    second = place.collector()
    second.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] > left["pending"], "it arrives"
    )
    assert second.stop() == 0

    account = second.ledger()["counter"]
    assert account["dropped"] == 0
    assert account["delivered"] == len({(row["timestamp_ms"], row["value"])
                                        for row in agent.journal()})  # fmt: skip
    assert all(life == list(range(1, len(life) + 1)) for life in _lives(agent))


def test_without_the_spool_what_waits_at_the_end_is_lost_and_counted(place):
    agent = place.agent()
    place.configure(agent=agent, tables='[spool]\nmode = "off"')
    agent.kill()
    collector = place.collector()
    collector.wait_for(lambda status: status["buffer"]["readings"] >= 5, "it buffers")
    code, output, _ = place.ask("status")
    assert code == 0
    assert "spool: off" in output
    assert collector.stop() == 0

    account = collector.ledger()["counter"]
    assert account["dropped"] == account["accepted"] > 0
    assert not (place.state_dir / "spool").exists()


def test_an_audit_says_that_the_sums_hold_while_values_come_and_go(place):
    agent = place.agent()
    place.configure(FAST + "per_read = 5\n", agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(20)

    for _ in range(3):
        code, output, complaints = place.ask("status", "--audit")
        assert (0, "") == (code, complaints)
        assert output.startswith("accepted ")
        assert output.rstrip().endswith(": holds")
    assert collector.stop() == 0


def test_spool_that_cannot_be_used_is_told_and_costs_no_reading(place):
    agent = place.agent()
    place.configure(agent=agent)
    place.state_dir.mkdir()
    (place.state_dir / "spool").write_text("in the way")
    collector = place.collector()
    status = collector.wait_until_confirmed(5)
    assert "spool" in status["spool"]["degraded"]
    code, output, _ = place.ask("status")
    assert code == 0
    assert "degraded, readings wait in memory only" in output

    (place.state_dir / "spool").unlink()

    collector.wait_for(lambda status: not status["spool"]["degraded"], "the spool works")
    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert account["dropped"] == 0
    assert list(range(1, account["delivered"] + 1)) == list(agent.series("counter"))


@pytest.mark.parametrize("option", ["--embedded-agent", "--simulate"])
def test_spools_of_other_modes_lie_apart(place, option):
    place.configure('[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n')
    collector = place.collector(option)
    status = wait_until(
        lambda: collector.status().get("spool", {}).get("directory") and collector.status(),
        "it runs",
    )
    mode = "embedded" if "agent" in option else "simulate"

    assert str(place.state_dir / mode / "spool") == status["spool"]["directory"]
    assert not (place.state_dir / "spool").exists()
    collector.stop()
