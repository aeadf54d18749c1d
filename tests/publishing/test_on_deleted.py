"""With ``on_deleted = "stop"`` the readings of what was deleted are kept until somebody says so."""

import logging

import pytest
from readdressing_rig import Site

from collector.publishing.inventory.inventory import InventoryMode


@pytest.fixture
def site(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    site = Site(tmp_path, on_deleted="stop")
    yield site
    site.close()


def flow(site, count=8):
    for _ in range(count):
        site.put("a")
        site.put("b")
        site.run(0.3)


def pending(site):
    return {account.sensor: account.pending for account in site.ledger.accounts()}


def test_the_readings_of_a_deleted_sensor_are_kept_and_the_state_says_why(site):
    flow(site)
    site.delete_sensor("a")

    flow(site)

    assert {"a": 16, "b": 0} == pending(site)
    assert {"b"} == set(site.sensors)
    assert "sensor a: it was deleted at the agent" in site.status.message
    assert "collector sensor resume a" in site.status.message


def test_an_operators_word_takes_it_up_again(site):
    flow(site)
    site.delete_sensor("a")
    flow(site)

    assert site.exchange.resume("a")
    flow(site)
    site.run(1)

    assert {"a": 0, "b": 0} == pending(site)
    assert (0, []) == (site.dropped, site.lost())
    assert "" == site.status.message


def test_a_sensor_that_is_deleted_again_is_held_again(site):
    for _ in range(3):
        flow(site)
        site.delete_sensor(site.inventory.agent_sensor("a"))
        flow(site)
        assert pending(site)["a"]
        assert site.exchange.resume("a")
        site.run(1)

    assert ({"a": 0, "b": 0}, []) == (pending(site), site.lost())


def test_the_word_counts_once(site):
    flow(site)
    assert not site.exchange.resume("a")
    site.delete_sensor("a")
    flow(site)

    assert site.exchange.resume("a")
    site.run(1)

    assert not site.exchange.resume("a")


def test_a_deleted_metric_holds_its_sensor_and_comes_back_alone(site):
    flow(site)
    load = site.inventory.agent_metric("a", "load")
    site.delete_metric("a", "heat")

    flow(site)
    assert pending(site)["a"]
    assert "metrics of it (heat) were deleted" in site.status.message
    assert site.exchange.resume("a")
    site.run(1)

    assert load == site.inventory.agent_metric("a", "load")
    assert ({"a": 0, "b": 0}, []) == (pending(site), site.lost())


def test_after_a_restart_it_is_held_again_and_pushed_to_once(site):
    flow(site)
    site.delete_sensor("a")
    flow(site)

    site.restart()
    flow(site)

    pushes = [topic for topic, _ in site.transport.published if "/sensor/a/" in topic]
    assert pending(site)["a"] == 32
    assert len(pushes) <= 17  # one window, and one alone
    assert "sensor a" in site.status.message


def test_a_lost_connection_changes_nothing(site):
    flow(site)
    site.delete_sensor("a")
    flow(site)

    site.cut()
    site.connect()
    flow(site)

    assert pending(site)["a"] == 32
    assert not [topic for topic, _ in site.transport.published if "/sensor/a/" in topic]
    assert site.exchange.resume("a")
    site.run(1)
    assert ({"a": 0, "b": 0}, []) == (pending(site), site.lost())


def test_a_stop_of_the_collector_does_not_wait_for_it(site):
    flow(site)
    site.delete_sensor("a")
    flow(site)
    site.run(1)

    assert site.exchange.is_idle


def test_the_thread_sleeps_meanwhile(site):
    flow(site)
    site.delete_sensor("a")
    flow(site)
    site.run(20)

    assert (site.exchange.next_due_s() or 1e9) > site.clock.monotonic_s()


@pytest.mark.parametrize("mode", [InventoryMode.CREATE, InventoryMode.OFF])
def test_it_is_the_same_in_every_mode(tmp_path, mode, caplog):
    caplog.set_level(logging.CRITICAL)
    site = Site(tmp_path, mode, on_deleted="stop")
    flow(site)
    site.delete_sensor(site.inventory.agent_sensor("a"))
    flow(site)
    assert pending(site)["a"]

    assert site.exchange.resume("a")
    site.run(1)

    assert ({"a": 0, "b": 0}, []) == (pending(site), site.lost())
    site.close()
