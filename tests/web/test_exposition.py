"""What scrapers get: the format to the letter, and every metric that is documented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.web.exposition import CONTENT_TYPE, Family, exposition
from collector.web.metrics import FAMILIES, STALE_S

LINE = re.compile(r"([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+=\"(?:[^\"\\\n]|\\[\\n\"])*\",?)*)\})? (\S+)")


def lines(snapshot):
    return exposition(FAMILIES, snapshot).splitlines()


def test_it_is_version_0_0_4():
    assert "text/plain; version=0.0.4; charset=utf-8" == CONTENT_TYPE


def test_every_line_is_a_comment_or_a_sample_of_the_format(snapshot):
    for line in lines(snapshot):
        assert line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line), line


def test_every_family_has_a_sample_of_a_whole_snapshot(snapshot):
    snapshot["spool"]["oldest_age_s"] = 5.0
    told = {line.split()[2] for line in lines(snapshot) if line.startswith("# TYPE")}

    assert {family.full_name for family in FAMILIES} == told


def test_no_family_stands_there_twice():
    names = [family.name for family in FAMILIES]

    assert sorted(set(names)) == sorted(names)


def test_counters_end_with_total_and_gauges_do_not():
    assert [] == [
        family.name
        for family in FAMILIES
        if (family.type == "counter") != family.name.endswith("_total")
    ]


@pytest.mark.parametrize(
    "sample",
    [
        'collector_info{version="1.2.3",mode="real"} 1',
        'collector_sensor_value{sensor="power",metric="active",unit="W"} 1250.5',
        'collector_source_up{source="meter",plugin="modbus",sensor="power"} 0',
        'collector_source_missed_ticks_total{source="meter",plugin="modbus",sensor="power"} 2',
        'collector_link_lateness_p99_seconds{link="serial:/dev/ttyUSB0"} 0.02',
        'collector_values_refused_total{source="meter",sensor="power",reason="not_finite"} 4',
        'collector_values_dropped_total{source="meter",sensor="power",cause="ring_full"} 3',
        'collector_ledger_balances{source="meter",sensor="power"} 1',
        "collector_delivery_connected 1",
        "collector_certificate_expiry_timestamp_seconds 1800000000.0",
        "collector_clock_synchronized 1",
        "collector_last_reload_successful 1",
    ],
)
def test_samples_are_those_of_the_snapshot(snapshot, sample):
    assert sample in lines(snapshot)


def test_text_has_no_sample(snapshot):
    assert not [line for line in lines(snapshot) if "SDM630" in line]


@pytest.mark.parametrize(
    ("state", "age_s", "is_told"),
    [("ok", 9e4, True), ("failing", STALE_S, True), ("failing", STALE_S + 1, False)],
)
def test_a_device_that_is_gone_draws_no_straight_line(snapshot, state, age_s, is_told):
    snapshot["sources"][0]["state"] = state
    snapshot["values"][0]["age_s"] = age_s

    told = lines(snapshot)

    assert is_told == any(line.startswith("collector_sensor_value{") for line in told)
    assert f'{{sensor="power",metric="active",unit="W"}} {age_s}' in "\n".join(told)


def test_what_is_not_known_yet_has_no_sample(snapshot):
    snapshot["last_reload"] = None
    snapshot["certificate"]["not_after_ms"] = None
    snapshot["delivery"]["last_confirmed_age_s"] = None

    told = "\n".join(lines(snapshot))

    assert not re.search("last_reload|certificate|last_confirmed", told)


def test_a_run_without_sources_has_metrics_too(snapshot):
    for items in ("sources", "links", "values", "ledger"):
        snapshot[items] = []

    assert "collector_uptime_seconds 60.5" in lines(snapshot)


@given(st.text())
def test_any_label_can_be_read_back(text):
    family = Family("x", "gauge", "h", lambda _: [({"a": text}, 1)])

    *_, told = exposition([family], {}).rstrip("\n").rpartition("x{")

    quoted = told.removeprefix('a="').removesuffix('"} 1')
    assert "\n" not in quoted
    assert text == re.sub(
        r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), quoted, flags=re.DOTALL
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [(True, "1"), (0, "0"), (2.5, "2.5"), (float("inf"), "+Inf"), (float("-inf"), "-Inf")],
)
def test_numbers_are_written_as_scrapers_read_them(number, text):
    family = Family("x", "gauge", "h", lambda _: [({}, number)])

    assert exposition([family], {}).endswith(f"collector_x {text}\n")
