"""Sources that change their mind, with transforms behind them: these meet nothing unforeseen."""

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.clock import Instant
from collector.plugin.source import Metric, Reading
from collector.transforms.kinds import KINDS
from collector.wire.units import ValueType, ValueUnit


def transformed(source, **table):
    settings = KINDS[table["type"]].settings.model_validate(table)
    return Rig(plan(source, transforms=(settings,)))


TABLES = [
    {"type": "scale", "factor": 2.0},
    {"type": "clamp", "minimum": 0.0},
    {"type": "range", "minimum": 0.0},
    {"type": "deadband", "absolute": 0.5},
    {"type": "on_change"},
    {"type": "frozen", "after": "1h"},
    {"type": "window", "period": "1s"},
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["type"])
@pytest.mark.parametrize(
    ("changed", "value"),
    [
        (Metric(id="m", type=ValueType.STRING), "text"),
        (Metric(id="m", type=ValueType.BOOL), True),
    ],
    ids=["string", "bool"],
)
def test_a_metric_whose_type_is_declared_anew_keeps_the_first(table, changed, value):
    source = Scripted(Reading(values={"m": 1.0}))
    rig = transformed(source, metric="m", **table).start()
    rig.run(1)
    source.declared = [changed, Metric(id="n")]
    source.script = [Reading(values={"m": value, "n": 5.0})]

    rig.run(10)

    assert {"n": 5.0} in rig.values()
    assert {"wrong_type": 1} == rig.refused()


def test_a_unit_that_is_declared_anew_stays_what_the_agent_was_told():
    source = Scripted(Reading(values={"m": 1.0}), metrics=[Metric(id="m", unit=ValueUnit.CELSIUS)])
    rig = Rig(plan(source)).start()
    rig.run(1)
    source.declared = [Metric(id="m", type=ValueType.INTEGER), Metric(id="n")]
    source.script = [Reading(values={"m": 2, "n": 5.0})]

    rig.run(10)

    [_, second] = rig.values()
    assert (2.0, float) == (second["m"], type(second["m"]))


@pytest.mark.parametrize(
    "stamp",
    [
        lambda now: Instant(now.boot_id, 2**53),
        lambda now: Instant(now.boot_id, now.boottime_ms + 60_000),
        lambda now: Instant("another boot", now.boottime_ms),
    ],
    ids=["the end of time", "a minute ahead", "another boot"],
)
def test_a_time_that_has_not_come_holds_up_no_window(stamp):
    source = Scripted()
    rig = transformed(source, type="window", metric="m", period="1s")
    source.script = [Reading(values={"m": 1.0}, taken_at=stamp(rig.clock.now()))]

    rig.start().run(15)

    assert {"m-mean": 1.0} in rig.values()
