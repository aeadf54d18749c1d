"""What is deleted at the agent is made again under a new id, and no reading is lost by it."""

import json
import logging

import pytest
from agent_bench import PREFIX
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readdressing_rig import HEAT, LOAD, Site

from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import InventoryMode

MODES = [InventoryMode.ANNOTATE, InventoryMode.CREATE, InventoryMode.OFF]


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def make(tmp_path):
    sites = []

    def make_site(mode=InventoryMode.ANNOTATE, **options):
        sites.append(Site(tmp_path, mode, **options))
        return sites[-1]

    yield make_site
    for site in sites:
        site.close()


def flow(site, seconds=3):
    for _ in range(round(seconds / 0.25)):
        site.put("a")
        site.put("b")
        site.run(0.25, step_s=0.05)


@pytest.mark.parametrize("mode", MODES)
class TestSensorDeleted:
    def test_it_is_made_again_and_nothing_is_lost(self, make, mode):
        site = make(mode)
        flow(site)
        old = site.inventory.agent_sensor("a")

        site.delete_sensor(old)
        flow(site)
        site.run(1)

        new = site.inventory.agent_sensor("a")
        assert new != old
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())
        assert {"a", "b"} == {sensor.name for sensor in site.sensors.values()}
        assert {"a": new} == site.status.moved

    def test_its_metrics_have_their_names_again(self, make, mode):
        site = make(mode)
        flow(site)

        site.delete_sensor(site.inventory.agent_sensor("a"))
        flow(site)
        site.run(1)

        metrics = site.sensors[site.inventory.agent_sensor("a")].metrics.values()
        expected = {"heat", "load"} if mode is InventoryMode.OFF else {"Heat", "Load"}
        assert expected == {metric.name for metric in metrics}

    def test_the_new_id_survives_a_restart(self, make, mode):
        site = make(mode)
        flow(site)
        site.delete_sensor(site.inventory.agent_sensor("a"))
        flow(site)
        site.run(1)
        new = site.inventory.agent_sensor("a")

        site.restart()
        flow(site)
        site.run(1)

        assert (2, new) == (len(site.sensors), site.inventory.agent_sensor("a"))
        assert (0, []) == (site.pending, site.lost())

    def test_also_while_the_collector_is_down(self, make, mode):
        site = make(mode)
        flow(site)
        site.cut()
        for _ in range(50):
            site.put("a")
        site.delete_sensor(site.inventory.agent_sensor("a"))

        site.start()
        site.run(2)

        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_also_several_times_in_a_row(self, make, mode):
        site = make(mode)
        ids = []
        for _ in range(5):
            flow(site, 1)
            ids.append(site.inventory.agent_sensor("a"))
            site.delete_sensor(ids[-1])
            site.put("a")
        flow(site, 1)
        site.run(1)

        atlas = Atlas(site.directory / "inventory.json", PREFIX.split("/")[2])
        assert 6 == len({*ids, site.inventory.agent_sensor("a")})
        assert ids == atlas.record("a").former
        assert {"a"} == {atlas.sensor_of(old) for old in ids}
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_a_name_given_at_the_agent_comes_back(self, make, mode):
        site = make(mode)
        flow(site)
        site.rename(site.inventory.agent_sensor("a"), "Boiler room")
        site.inventory.set_state("a", is_online=False)
        site.inventory.set_state("a", is_online=True)
        site.inventory.set_state("a", is_online=False)
        site.run(1)

        site.delete_sensor(site.named("Boiler room"))
        flow(site)
        site.run(1)

        assert {"Boiler room", "b"} == {sensor.name for sensor in site.sensors.values()}

    def test_what_was_sent_is_repeated_identically(self, make, mode):
        site = make(mode)
        flow(site, 1)
        site.delete_sensor(site.inventory.agent_sensor("a"))
        site.put("a", "heat")
        site.run(2)

        [value] = {value for _, _, value in site.put_values[-1:]}
        times = {
            json.loads(payload)["timestamp"]
            for topic, payload in site.transport.published
            if topic.endswith("pushValues") and json.loads(payload)["metrics"][0]["value"] == value
        }
        assert 1 == len(times)


@pytest.mark.parametrize("mode", MODES)
class TestMetricDeleted:
    def test_it_alone_is_made_again(self, make, mode):
        site = make(mode)
        flow(site)
        before = set(site.sensors[site.inventory.agent_sensor("a")].metrics)
        load = site.inventory.agent_metric("a", "load")

        site.delete_metric("a", "heat")
        flow(site)
        site.run(1)

        metrics = site.sensors[site.inventory.agent_sensor("a")].metrics
        assert load == site.inventory.agent_metric("a", "load")
        assert 1 == len(set(metrics) - before)
        assert 2 == len(metrics)
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_also_all_of_a_sensor(self, make, mode):
        site = make(mode)
        flow(site)

        site.delete_metric("a", "heat")
        site.delete_metric("a", "load")
        flow(site)
        site.run(1)

        assert 2 == len(site.sensors[site.inventory.agent_sensor("a")].metrics)
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_also_one_after_the_other_over_restarts(self, make, mode):
        site = make(mode)
        for metric in ("heat", "heat", "load", "heat"):
            flow(site, 1)
            site.delete_metric("a", metric)
            flow(site, 1)
            site.run(1)
            site.restart()
        flow(site, 1)
        site.run(1)

        assert 2 == len(site.sensors[site.inventory.agent_sensor("a")].metrics)
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_one_that_left_the_configuration_costs_its_sensor_nothing(self, make, mode):
        site = make(mode, declared={"a": [HEAT, LOAD]})
        site.put("a")
        site.run(1)
        site.delete_metric("a", "load")
        site.cut()
        site.declared = {"a": [HEAT]}
        site.put("a", "heat", "load")
        site.put("a", "heat")

        site.start()
        site.run(3)

        assert (0, 0, []) == (site.pending, site.dropped, site.lost())


class TestNames:
    def test_a_sensor_that_somebody_made_under_our_name_is_taken(self, make):
        site = make()
        flow(site, 1)
        site.delete_sensor("a")
        made = site.agent.create_sensor("a")

        flow(site, 1)
        site.run(1)

        assert (made, []) == (site.inventory.agent_sensor("a"), site.lost())

    def test_one_that_is_another_of_ours_is_not(self, make):
        site = make()
        flow(site, 1)
        site.delete_sensor("a")
        site.rename("b", "a")

        flow(site, 1)
        site.run(1)

        assert {"a", "a-2"} == {sensor.name for sensor in site.sensors.values()}
        assert ("a-2", "b") == (
            site.sensors[site.inventory.agent_sensor("a")].name,
            site.inventory.agent_sensor("b"),
        )
        assert (0, []) == (site.pending, site.lost())

    def test_a_creation_whose_answer_was_lost_is_found_again(self, make):
        site = make()
        flow(site, 1)
        site.delete_sensor("a")
        take = site._answer

        def lose(topic, payload):
            answers = take(topic, payload)
            if topic.endswith("/sensor/create"):
                site.transport.answer = take
                return []
            return answers

        site.transport.answer = lose
        site.put("a")
        site.run(30)

        assert {"a", "b"} == {sensor.name for sensor in site.sensors.values()}
        assert (0, []) == (site.pending, site.lost())

    def test_a_lost_file_of_ids_costs_no_second_sensor_and_no_second_metric(self, make):
        site = make(InventoryMode.CREATE)
        flow(site, 1)
        site.cut()
        (site.directory / "inventory.json").write_text("{")

        site.start()
        flow(site, 1)
        site.run(1)

        assert 2 == len(site.sensors)
        assert {2} == {len(sensor.metrics) for sensor in site.sensors.values()}
        assert (0, []) == (site.pending, site.lost())


class TestRefusedAllTheSame:
    def test_a_sensor_that_is_still_listed_is_not_made_twice(self, make):
        site = make(faults='[[fault]]\naction = "error"\ncode = 15\nsensor = "a"\n'
                    'operation = "push_values"\nafter = 4\ncount = 2\n')  # fmt: skip
        flow(site)
        site.run(5)

        assert {"a", "b"} == set(site.sensors)
        assert (0, 0, []) == (site.pending, site.dropped, site.lost())

    def test_one_metric_that_cannot_be_made_again_does_not_hold_up_the_others(self, make):
        site = make(faults='[[fault]]\naction = "error"\ncode = 26\n'
                    'operation = "create_metrics"\n')  # fmt: skip
        flow(site)
        site.delete_metric("a", "heat")

        flow(site, 5)
        site.run(1)

        loads = [value for _, metric, value in site.stored() if metric == "load"]
        assert len(site.put_values) / 2 == len(loads)
        assert 0 == site.dropped

    def test_a_sensor_that_cannot_be_made_again_holds_up_no_other(self, make):
        site = make(faults='[[fault]]\naction = "error"\ncode = 3\noperation = "create_sensor"\n')
        flow(site)
        site.delete_sensor("a")
        flow(site, 5)
        site.run(1)

        assert 0 == site.ledger.accounts()[1].pending
        assert 0 == site.dropped
        assert 3 <= sum(t.endswith("sensor/create") for t, _ in site.transport.published) <= 4


class TestUndeclared:
    def test_what_a_sensor_left_that_is_not_configured_any_more_is_delivered(self, make):
        site = make(InventoryMode.CREATE, declared={"b": [HEAT, LOAD]})
        site.put("a")
        site.run(50, step_s=1)
        assert 2 == site.pending

        site.run(20, step_s=1)

        assert (0, []) == (site.pending, site.lost())


STEPS = ["put", "put", "put", "time", "sensor", "metric", "cut", "restart", "minute"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(MODES), st.booleans(), st.lists(st.sampled_from(STEPS), max_size=40))
def test_whatever_is_deleted_whenever_everything_arrives(tmp_path_factory, mode, revive, steps):
    site = Site(tmp_path_factory.mktemp("site"), mode, revive=revive)
    try:
        for step in steps:
            play(site, step)
        site.run(700, step_s=5)

        assert (0, 0, []) == (site.pending, site.dropped, site.lost())
        if not revive:  # else the agent makes it again by itself, and calls it as its id
            assert {"a", "b"} >= {sensor.name for sensor in site.sensors.values()}
    finally:
        site.close()


def play(site, step):
    agent_id = site.inventory.agent_sensor("a")
    if step == "put":
        site.put("a")
        site.put("b", "heat")
    elif step == "time":
        site.run(0.3, step_s=0.1)
    elif step == "minute":
        site.run(61, step_s=1)
    elif step == "sensor" and agent_id in site.sensors:
        site.delete_sensor(agent_id)
    elif step == "metric" and agent_id in site.sensors:
        if site.inventory.agent_metric("a", "heat") in site.sensors[agent_id].metrics:
            site.delete_metric("a", "heat")
    elif step == "cut":
        site.cut()
        site.connect()
    elif step == "restart":
        site.restart()
