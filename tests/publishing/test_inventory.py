"""Names, units, states and re-creation: what the agent is asked, and what is remembered."""

import json

import pytest

from collector.plugin.source import Metric
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.testkit.clock import FakeClock
from collector.wire.replies import ErrorReply
from collector.wire.topics import Operation
from collector.wire.units import ValueType, ValueUnit

LOAD = Metric(id="load", name="CPU load", annotation="processes")
HEAT = Metric(id="heat", unit=ValueUnit.CELSIUS)
COUNT = Metric(id="count", type=ValueType.INTEGER, annotation="pieces")


class Desk:
    """An inventory and an agent's desk clerk who answers it."""

    def __init__(self, directory, mode=InventoryMode.ANNOTATE, *, reports_state=True):
        self.clock = FakeClock()
        self.readdressed = 0
        self.atlas = Atlas(directory / "inventory.json", "c1")
        self.inventory = Inventory(
            self.atlas,
            "c1",
            Wishes(mode, reports_state=reports_state),
            self.clock,
            self._readdressed,
        )
        self.asked = []
        self.sensors = {}
        self.number = 0
        self.refusals = {}

    def _readdressed(self, sensor):
        self.readdressed += 1

    def work(self):
        """Answer until nothing more is asked; returns the operations in order."""
        first = len(self.asked)
        while (ask := self.inventory.next_ask()) is not None:
            body = json.loads(ask.payload)
            self.asked.append((ask.operation, ask.address.sensor, body))
            self.inventory.answered(self.answer(ask.operation, body))
        return [operation for operation, _, _ in self.asked[first:]]

    def answer(self, operation, body):
        refusals = self.refusals.get(operation, [])
        if refusals:
            return refusals.pop(0)
        if operation is Operation.CREATE_SENSOR:
            self.number += 1
            self.sensors[f"s{self.number}"] = body["name"]
            return json.dumps({"sensorId": f"s{self.number}", "name": body["name"]}).encode()
        if operation is Operation.LIST_SENSORS:
            listed = [{"sensorId": i, "name": n, "metrics": []} for i, n in self.sensors.items()]
            return json.dumps(listed).encode()
        if operation is Operation.CREATE_METRICS:
            made = [
                {"matchingId": m["matchingId"], "metricId": f"m-{m['matchingId']}"}
                for m in body["metrics"]
            ]
            return json.dumps(made).encode()
        return b"done"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class TestAnnotate:
    def test_metrics_get_names_and_units_once_a_push_with_them_was_confirmed(self, desk):
        desk.inventory.declare("a", [LOAD, HEAT])
        assert [] == desk.work()

        desk.inventory.confirmed("a", {"load"})

        assert [Operation.UPDATE_METRICS] == desk.work()
        expected = [
            {"metricId": "load", "name": "CPU load", "valueAnnotation": "processes"},
        ]
        assert expected == desk.asked[-1][2]["metrics"]

    def test_a_predefined_unit_is_written_as_people_write_it(self, desk):
        desk.inventory.declare("a", [HEAT])
        desk.inventory.confirmed("a", {"heat"})

        desk.work()

        assert "°C" == desk.asked[-1][2]["metrics"][0]["valueAnnotation"]

    def test_what_was_told_is_not_told_again_by_the_next_run(self, tmp_path):
        for expected in ([Operation.UPDATE_METRICS], []):
            desk = Desk(tmp_path)
            desk.inventory.declare("a", [LOAD])
            desk.inventory.confirmed("a", {"load"})

            assert expected == desk.work()

    def test_another_client_is_told_everything_afresh(self, tmp_path):
        desk = Desk(tmp_path)
        desk.inventory.declare("a", [LOAD])
        desk.inventory.confirmed("a", {"load"})
        desk.work()

        assert {} == Atlas(tmp_path / "inventory.json", "c2").record("a").told

    def test_a_failure_of_some_is_tried_again_for_these_a_minute_later(self, desk):
        desk.refusals[Operation.UPDATE_METRICS] = [ErrorReply(24, "no", ("heat",))]
        desk.inventory.declare("a", [LOAD, HEAT])
        desk.inventory.confirmed("a", {"load", "heat"})
        desk.work()
        assert [] == desk.work()

        desk.clock.advance(61)

        assert [Operation.UPDATE_METRICS] == desk.work()
        assert ["heat"] == [metric["metricId"] for metric in desk.asked[-1][2]["metrics"]]

    def test_nothing_is_asked_when_the_inventory_is_off(self, tmp_path):
        desk = Desk(tmp_path, InventoryMode.OFF)
        desk.inventory.declare("a", [LOAD])
        desk.inventory.confirmed("a", {"load"})

        assert [] == desk.work()
        assert desk.inventory.is_ready("a")


class TestState:
    def test_a_sensor_that_the_agent_knows_is_set_offline_and_online(self, desk):
        desk.inventory.declare("a", [LOAD])
        desk.inventory.confirmed("a", {"load"})
        desk.work()

        desk.inventory.set_state("a", is_online=False)
        assert [Operation.LIST_SENSORS, Operation.UPDATE_SENSOR] == desk.work()
        assert {"name": "a", "state": 1} == desk.asked[-1][2]

        desk.inventory.set_state("a", is_online=True)
        assert [Operation.LIST_SENSORS, Operation.UPDATE_SENSOR] == desk.work()
        assert {"name": "a", "state": 2} == desk.asked[-1][2]

    def test_a_name_that_somebody_gave_at_the_agent_is_kept(self, desk):
        desk.sensors["a"] = "Boiler room"
        desk.inventory.declare("a", [LOAD])
        desk.inventory.confirmed("a", {"load"})

        desk.inventory.set_state("a", is_online=False)
        desk.work()

        assert {"name": "Boiler room", "state": 1} == desk.asked[-1][2]

    def test_a_sensor_that_is_gone_is_told_once_and_not_every_minute(self, desk):
        desk.refusals[Operation.UPDATE_SENSOR] = [ErrorReply(15, "gone")] * 3
        desk.inventory.declare("a", [])
        desk.inventory.confirmed("a", {"load"})
        desk.inventory.set_state("a", is_online=False)
        for _ in range(3):
            desk.work()
            desk.clock.advance(61)

        assert 1 == [operation for operation, _, _ in desk.asked].count(Operation.UPDATE_SENSOR)

    def test_a_sensor_that_was_never_pushed_is_not_reported(self, desk):
        desk.inventory.declare("a", [LOAD])
        desk.inventory.set_state("a", is_online=False)

        assert [] == desk.work()

    def test_a_restart_sets_a_sensor_online_that_was_left_offline(self, tmp_path):
        desk = Desk(tmp_path)
        desk.inventory.declare("a", [])
        desk.inventory.confirmed("a", {"load"})
        desk.inventory.set_state("a", is_online=False)
        desk.work()

        desk = Desk(tmp_path)
        desk.inventory.declare("a", [])
        desk.inventory.set_state("a", is_online=True)

        assert Operation.UPDATE_SENSOR in desk.work()

    def test_nothing_is_reported_when_that_is_switched_off(self, tmp_path):
        desk = Desk(tmp_path, reports_state=False)
        desk.inventory.declare("a", [])
        desk.inventory.confirmed("a", {"load"})
        desk.inventory.set_state("a", is_online=False)

        assert [] == desk.work()


class TestCreate:
    @pytest.fixture
    def desk(self, tmp_path):
        return Desk(tmp_path, InventoryMode.CREATE)

    def test_sensor_and_metrics_are_made_with_types_and_units_before_the_first_push(self, desk):
        desk.inventory.declare("a", [HEAT, COUNT])
        assert not desk.inventory.is_ready("a")

        operations = desk.work()

        assert [
            Operation.LIST_SENSORS,
            Operation.CREATE_SENSOR,
            Operation.CREATE_METRICS,
        ] == operations
        assert [
            {"matchingId": "heat", "name": "heat", "valueUnit": "SI.Temperature.CELSIUS"},
            {
                "matchingId": "count",
                "name": "count",
                "valueType": "integer",
                "valueAnnotation": "pieces",
            },
        ] == desk.asked[-1][2]["metrics"]
        assert desk.inventory.is_ready("a")
        assert ("s1", "m-heat") == (
            desk.inventory.agent_sensor("a"),
            desk.inventory.agent_metric("a", "heat"),
        )
        assert desk.readdressed

    def test_the_mapping_survives_a_restart(self, tmp_path, desk):
        desk.inventory.declare("a", [HEAT])
        desk.work()

        again = Desk(tmp_path, InventoryMode.CREATE)
        again.inventory.declare("a", [HEAT])

        assert [] == again.work()
        assert "s1" == again.inventory.agent_sensor("a")
        assert "a" == again.atlas.sensor_of("s1")
        assert "heat" == again.atlas.metric_of("a", "m-heat")

    def test_a_sensor_of_our_name_is_adopted(self, desk):
        desk.sensors["old"] = "a"
        desk.inventory.declare("a", [HEAT])

        assert [Operation.LIST_SENSORS, Operation.CREATE_METRICS] == desk.work()
        assert "old" == desk.inventory.agent_sensor("a")

    def test_a_taken_name_gets_a_number(self, desk):
        desk.refusals[Operation.CREATE_SENSOR] = [ErrorReply(28, "taken")]
        desk.inventory.declare("a", [HEAT])

        desk.work()

        assert "a-2" == desk.sensors["s1"]

    def test_a_unit_that_the_agent_lacks_becomes_an_annotation(self, desk):
        desk.refusals[Operation.CREATE_METRICS] = [ErrorReply(12, "unknown")]
        desk.inventory.declare("a", [HEAT])

        desk.work()

        assert {
            "matchingId": "heat",
            "name": "heat",
            "valueType": "double",
            "valueAnnotation": "°C",
        } == desk.asked[-1][2]["metrics"][0]

    @pytest.mark.parametrize("code", [13, 14, 19, 26])
    def test_metrics_that_cannot_be_made_are_left_to_the_push(self, desk, code):
        desk.refusals[Operation.CREATE_METRICS] = [ErrorReply(code, "no", ("heat",))] * 3
        desk.inventory.declare("a", [HEAT])

        desk.work()

        assert desk.inventory.is_ready("a")
        assert "heat" == desk.inventory.agent_metric("a", "heat")

    def test_a_metric_that_shows_up_later_is_made_before_it_is_pushed(self, desk):
        desk.inventory.declare("a", [HEAT])
        desk.work()

        desk.inventory.declare("a", [HEAT, COUNT])
        assert not desk.inventory.is_ready("a")

        assert [Operation.CREATE_METRICS] == desk.work()
        assert ["count"] == [metric["matchingId"] for metric in desk.asked[-1][2]["metrics"]]

    def test_a_creation_that_is_not_answered_is_tried_again_and_not_left_to_the_push(self, desk):
        desk.refusals[Operation.CREATE_METRICS] = [None]
        desk.inventory.declare("a", [HEAT])
        desk.work()
        assert not desk.inventory.is_ready("a")

        desk.clock.advance(61)
        desk.work()

        assert "m-heat" == desk.inventory.agent_metric("a", "heat")

    def test_a_failed_creation_is_tried_again_a_minute_later(self, desk):
        desk.refusals[Operation.CREATE_SENSOR] = [ErrorReply(3, "broken")]
        desk.inventory.declare("a", [HEAT])
        desk.work()
        assert not desk.inventory.is_ready("a")

        desk.clock.advance(61)
        desk.work()

        assert desk.inventory.is_ready("a")


class TestRecreate:
    def test_a_deleted_sensor_is_made_again_under_the_agents_new_id(self, desk):
        desk.inventory.declare("a", [LOAD])
        desk.inventory.recreate("a", {})
        assert not desk.inventory.is_ready("a")

        assert [Operation.LIST_SENSORS, Operation.CREATE_SENSOR] == desk.work()

        assert desk.inventory.is_ready("a")
        assert "s1" == desk.inventory.agent_sensor("a")
        assert desk.readdressed

    def test_deleted_metrics_are_made_again_under_the_agents_new_ids(self, desk):
        desk.inventory.declare("a", [LOAD, HEAT])
        desk.sensors["a"] = "a"
        desk.inventory.recreate("a", {"heat": 1.5})

        assert [Operation.LIST_SENSORS, Operation.CREATE_METRICS] == desk.work()

        assert "m-heat" == desk.inventory.agent_metric("a", "heat")
        assert "load" == desk.inventory.agent_metric("a", "load")

    def test_a_lost_connection_ends_the_conversation_and_it_starts_afresh(self, desk):
        desk.inventory.declare("a", [LOAD])
        desk.inventory.confirmed("a", {"load"})
        desk.inventory.next_ask()

        desk.inventory.disconnected()

        assert [Operation.UPDATE_METRICS] == desk.work()


def test_a_disk_that_cannot_be_written_is_logged_and_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    atlas = Atlas(tmp_path / "file" / "inventory.json", "c1")
    atlas.record("a").agent_id = "f00d"

    atlas.save()

    assert "f00d" == atlas.agent_sensor("a")
    assert "it holds for this run" in caplog.text


HALF_A_CHARACTER = '{"format":1,"client":"c1","sensors":{"a":{"agent_id":"\\ud800"}}}'


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"format": 9}', '{"format":1,"client":"c1"}', HALF_A_CHARACTER],
)
def test_a_damaged_file_counts_as_an_empty_one(tmp_path, damage):
    (tmp_path / "inventory.json").write_text(damage)

    assert "a" == Atlas(tmp_path / "inventory.json", "c1").agent_sensor("a")
