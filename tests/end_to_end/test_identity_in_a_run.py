"""An identity that is deleted, copied or not to be had yet: told, and no reading is lost."""

import shutil

from impostor import Impostor
from running import wait_until

from collector.client.identity import IdentityDirectory
from collector.clock import Deadline, SystemClock
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.wire.topics import Address, Operation, request_topic

QUICK = '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "50ms"\n'


def _delete_behind_its_back(place, agent):
    """Delete the client at the agent, by a connection of its own under the same certificate."""
    identity = IdentityDirectory(place.state_dir / "identity").load()
    settings = ConnectionSettings(
        host="127.0.0.1",
        port=agent.ports[1],
        ca_file=identity.ca_file,
        certificate_file=identity.certificate_file,
        key_file=identity.key_file,
    )
    clock = SystemClock()
    transport = PahoTransport(settings, clock)
    transport.connect(Deadline.after(clock, 10))
    transport.publish(request_topic(Operation.DELETE_CLIENT, Address(identity.client_id)), b"{}")
    wait_until(
        lambda: any("Disconnected" in repr(event) for event in transport.poll(0.1)), "it is deleted"
    )
    transport.close()


def test_client_that_is_deleted_while_it_runs_is_told_and_delivers_all_once_enrolled_again(
    place, agent
):
    place.configure(QUICK, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(20)

    _delete_behind_its_back(place, agent)
    deleted = collector.wait_for(
        lambda status: status["delivery"]["state"] == "deleted", "the state names it"
    )
    waiting = collector.wait_for(
        lambda status: status["spool"]["readings"] > 20, "readings wait in the spool"
    )
    code, _, complaint = place.ask("provision", "--force")

    assert "collector provision --force" in deleted["delivery"]["message"]
    assert "deleted" == waiting["delivery"]["state"]
    assert (0, "") == (code, complaint)
    collector.wait_for(
        lambda status: (
            status["delivery"]["state"] == "connected" and status["spool"]["readings"] < 5
        ),
        "all that waited is delivered",
    )
    assert 0 == collector.stop()
    series = agent.series("counter")
    assert list(range(1, len(series) + 1)) == sorted(series)
    account = collector.ledger()["counter"]
    assert (0, 0, len(series)) == (account["pending"], account["dropped"], account["delivered"])


def test_identity_that_another_host_uses_too_is_named_and_one_of_the_two_waits(place, agent):
    place.configure(QUICK, agent=agent)
    first = place.collector()
    first.wait_until_confirmed(5)
    shutil.copytree(place.state_dir / "identity", place.path / "other" / "identity")
    place.state_dir = place.path / "other"
    place.configure(QUICK, agent=agent)
    both = [first, place.collector()]

    def told():
        return [each for each in both if each.status()["delivery"]["state"] == "taken_over"]

    both[1].wait_for(lambda status: status["delivery"]["connections"], "the second has connected")
    (told_one,) = wait_until(told, "one names the other")
    (other,) = (each for each in both if each is not told_one)
    status = told_one.wait_for(lambda status: status["spool"]["readings"] > 5, "its readings wait")
    confirmed = other.status()["delivery"]["confirmed_readings"]

    assert "another collector uses the identity of client" in status["delivery"]["message"]
    assert "collector provision --force" in status["delivery"]["message"]
    other.wait_until_confirmed(confirmed + 20)
    for collector in both:
        assert 0 == collector.stop()
        assert 0 == collector.ledger()["counter"]["dropped"]


def test_second_collector_on_the_same_host_is_refused_at_its_start(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()

    code, _, complaint = place.ask("run")

    assert 73 == code
    assert "another collector is running in" in complaint
    assert 0 == collector.stop()


def test_enrolment_with_a_wrong_clock_waits_for_the_time_and_comes_about_soon_after(place, agent):
    ports = agent.ports
    agent.stop()
    place.configure(QUICK, agent=agent)
    impostor = Impostor(agent.directory, place.path, +1, +30, port=ports[0])
    collector = place.collector()
    waiting = collector.wait_for(
        lambda status: status["delivery"]["state"] == "waiting_for_time", "the state names it"
    )
    collector.wait_for(lambda status: status["spool"]["readings"] > 10, "it collects meanwhile")

    impostor.close()
    agent = place.again(agent)
    ready_s = SystemClock().monotonic_s()
    collector.wait_for(lambda status: status["delivery"]["state"] == "connected", "it connects")

    assert "not yet valid" in waiting["delivery"]["message"]
    assert SystemClock().monotonic_s() - ready_s < 10
    collector.wait_for(lambda status: status["spool"]["readings"] < 5, "it is drained")
    assert 0 == collector.stop()
    series = agent.series("counter")
    assert list(range(1, len(series) + 1)) == sorted(series)
    assert 0 == collector.ledger()["counter"]["dropped"]
