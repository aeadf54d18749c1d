"""The collector's own figures: what they say, when they come, and that they are counted too."""

import resource
from pathlib import Path

from sampling_rig import Rig

from collector.config import FiguresTable
from collector.ledger import DropCause, Ledger, RefusalReason
from collector.sampling.lateness import Lateness
from collector.service.figures import FIGURES, Figures, Look, figures_plan
from collector.service.usage import Usage, UsageMeter
from collector.status import (
    DeliveryState,
    DeliveryStatus,
    SourceState,
    SourceStatus,
    SpoolStatus,
)
from collector.testkit.clock import FakeClock
from collector.wire.ids import is_metric_id

USAGE = Usage(memory_bytes=1000, cpu_percent=12.5)


def source(state=SourceState.OK, **more):
    return SourceStatus(name="a", plugin="p", sensor="a", link="", state=state, **more)


def look(usage=USAGE, **more):
    parts = {
        "accounts": [],
        "sources": [],
        "alarms": 0,
        "lateness": Lateness(),
        "spool": SpoolStatus(mode="always", directory="", bytes=100),
        "oldest_age_s": 0.0,
        "delivery": DeliveryStatus(state=DeliveryState.CONNECTED, agent="here", connections=3),
    }
    return Look(usage=usage, **(parts | more))


def values_of(seen):
    figures = Figures(lambda usage: seen, FakeClock())
    figures.read("", None)
    [reading] = figures.read("", None)
    return reading.values


def test_the_first_read_begins_the_first_interval_and_gives_nothing():
    figures = Figures(look, FakeClock())

    assert [] == list(figures.read("", None))
    assert 1 == len(list(figures.read("", None)))


def test_a_reading_holds_every_metric_and_every_id_is_one_of_the_contract():
    ids = [figure.metric.id for figure in FIGURES]

    assert ids == list(values_of(look()))
    assert len(ids) == len(set(ids))
    assert all(map(is_metric_id, ids))


def test_every_cause_of_loss_has_its_figure():
    assert {f"dropped_{cause.value}" for cause in DropCause} <= values_of(look()).keys()


def test_the_ledger_is_summed():
    ledger = Ledger()
    for sensor in ("a", "b"):
        ledger.accept(sensor, sensor, 10)
        ledger.deliver(sensor, sensor, 4)
        ledger.refuse(sensor, sensor, RefusalReason.TOO_LARGE, 3)
        ledger.drop(sensor, sensor, DropCause.QUOTA, 2)

    values = values_of(look(accounts=ledger.accounts()))

    expected = {
        "values_sampled": 26,
        "values_refused": 6,
        "values_delivered": 8,
        "values_pending": 8,
        "dropped_quota": 4,
        "dropped_ring_full": 0,
    }
    assert expected == {name: values[name] for name in expected}


def test_the_machine_the_spool_and_the_way_to_the_agent():
    values = values_of(look(lateness=Lateness(0.002, 0.5), oldest_age_s=7.5))

    expected = {
        "lateness_p50": 0.002,
        "lateness_max": 0.5,
        "memory_resident": 8000,
        "cpu_percent": 12.5,
        "spool_used": 800,
        "oldest_unsent_age": 7.5,
        "agent_state": "connected",
        "reconnects": 2,
    }
    assert expected == {name: values[name] for name in expected}


def test_as_many_things_are_not_well_as_the_status_tells():
    assert 3.0 == values_of(look(alarms=3))["alarms"]


def test_missed_ticks_and_notes_of_all_sources_are_summed():
    sources = [source(missed_ticks=2, notes=("late",)), source(missed_ticks=3, notes=("a", "b"))]

    values = values_of(look(sources=sources))

    assert (5, 3) == (values["ticks_missed"], values["notes"])


def test_usage_is_that_of_this_process():
    clock = FakeClock()
    meter = UsageMeter(clock)
    before_s = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    while resource.getrusage(resource.RUSAGE_SELF).ru_utime < before_s + 0.05:
        pass
    clock.advance(0.5)

    usage = meter.measure()

    assert 9 <= usage.cpu_percent < 100
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    assert abs(usage.memory_bytes - pages * resource.getpagesize()) < 8 * 1024 * 1024


def test_they_can_be_switched_off():
    assert [] == figures_plan(FiguresTable(enabled=False), look, FakeClock())


def test_they_go_the_way_of_all_readings_one_interval_after_the_start():
    rig = Rig(*figures_plan(FiguresTable(sensor="me"), look, FakeClock()))
    rig.start()

    rig.run(130)

    [account] = rig.ledger.accounts()
    assert [60, 120] == rig.times("me")
    assert "ok" == rig.status("me").state
    assert 2 * len(FIGURES) == account.accepted == account.pending
