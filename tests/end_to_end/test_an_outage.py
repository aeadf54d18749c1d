"""The agent dies, is late, or stays away: what was accepted arrives, or is counted as lost."""

import signal

from running import wait_until

OFF = '[spool]\nmode = "off"'
FAST = '[[source]]\nplugin = "counter"\nsensor = "{0}"\ninterval = "20ms"\n'


def _confirmed(collector):
    return collector.status()["delivery"]["confirmed_readings"]


def _complete(agent, sensor, account):
    """Check that the journal has each delivered value, in order, and no other."""
    series = list(agent.series(sensor))
    assert sorted(series) == series
    assert account["delivered"] == len(series)
    return series


def test_agent_that_is_killed_again_and_again_loses_and_reorders_nothing(place):
    agent = place.agent()
    sources = [FAST.format(name) + "per_read = 2\n" for name in ("one", "two", "three")]
    place.configure(*sources, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed()
    for _ in range(4):
        confirmed = _confirmed(collector)
        collector.wait_for(
            lambda status, least=confirmed + 200: status["delivery"]["confirmed_readings"] > least,
            "more is confirmed",
        )
        agent.kill()
        agent = place.again(agent)

    confirmed = _confirmed(collector)
    collector.wait_until_confirmed(confirmed + 200)
    collector.wait_for(  # a stop delivers what it can within its time
        lambda status: status["buffer"]["readings"] < 100, "what waited has left"
    )
    assert collector.stop() == 0

    assert collector.complaints.splitlines()[-1].endswith("yes")  # the ledger is the last word
    for sensor, account in collector.ledger().items():
        series = _complete(agent, sensor, account)
        assert list(range(1, account["accepted"] + 1)) == series


def test_what_was_read_before_the_agent_was_there_arrives_when_it_is(place):
    agent = place.agent()
    place.configure(agent=agent)
    agent.kill()
    collector = place.collector()
    waiting = collector.wait_for(lambda status: status["buffer"]["readings"] >= 15, "it buffers")

    agent = place.again(agent)
    collector.wait_until_confirmed(waiting["buffer"]["readings"])

    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert list(range(1, account["accepted"] + 1)) == _complete(agent, "counter", account)


def test_full_ring_drops_its_oldest_and_counts_them(place):
    agent = place.agent()
    place.configure(agent=agent, tables="[ring]\nmax_readings = 20\n" + OFF)
    known = place.collector()
    known.wait_until_confirmed()
    known.stop()
    before = len(agent.journal())
    agent.kill()
    collector = place.collector()
    collector.wait_for(
        lambda status: status["ledger"] and status["ledger"][0]["dropped"].get("ring_full", 0) > 9,
        "the ring overflows",
    )

    agent = place.again(agent)
    collector.wait_until_confirmed(20)

    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    values = [row["value"] for row in agent.journal()[before:]]
    distinct = list(dict.fromkeys(values))
    assert sorted(distinct) == distinct
    assert account["delivered"] == len(distinct)
    assert account["dropped"] == account["accepted"] - len(distinct) > 9
    assert distinct[-1] == account["accepted"]


def test_flood_of_one_source_drops_nothing_of_another(place):
    agent = place.agent()
    place.configure(
        FAST.format("calm"),
        FAST.format("flood") + "per_read = 400\n",
        agent=agent,
        tables="[ring]\nmax_readings = 1000\n" + OFF,
    )
    collector = place.collector()
    collector.wait_for(
        lambda status: (
            any(
                account["sensor"] == "flood" and account["dropped"].get("ring_full", 0) > 5000
                for account in status["ledger"]
            )
            and status["delivery"]["confirmed_age_s"].get("calm", 9) < 1
        ),
        "the flood overflows",
    )
    assert collector.stop() == 0

    accounts = collector.ledger()
    assert accounts["calm"]["dropped"] == 0
    assert list(range(1, accounts["calm"]["accepted"] + 1)) == list(agent.series("calm"))
    assert accounts["flood"]["delivered"] <= len(agent.series("flood"))


def test_frozen_agent_is_noticed_and_everything_arrives_after_it(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(5)
    agent.process.send_signal(signal.SIGSTOP)
    waiting = collector.wait_for(lambda status: status["buffer"]["readings"] >= 30, "it buffers")
    agent.process.send_signal(signal.SIGCONT)

    wait_until(lambda: _confirmed(collector) >= waiting["buffer"]["readings"] + 5, "it arrives")
    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert list(range(1, account["accepted"] + 1)) == _complete(agent, "counter", account)
