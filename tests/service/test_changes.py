"""What differs between two configurations, and what may differ while the collector runs."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config import Config, SourceConfig, load
from collector.service.changes import FIXED_TABLES, changes, fixed_keys


def source(name, *, sensor="", timestamp="read", interval=10.0, place=""):
    return SourceConfig(
        plugin="probe", name=name, sensor=sensor or name, interval=interval, offset=0.0,
        jitter=0.0, align=True, timeout=5.0, timestamp=timestamp, place=place,
    )  # fmt: skip


def test_each_source_is_added_removed_changed_or_unchanged():
    before = [source("gone"), source("same"), source("other", interval=10.0)]
    after = [source("new"), source("other", interval=5.0), source("same")]

    found = changes(before, after)

    assert ("new",) == found.added
    assert ("gone",) == found.removed
    assert ("other",) == found.changed
    assert ("same",) == found.unchanged
    assert () == found.restarted
    assert {"gone", "other"} == found.leaving
    assert (after[0], after[1]) == found.arriving
    assert "added new; removed gone; changed other; 1 unchanged" == found.summary


def test_a_source_that_only_stands_elsewhere_is_unchanged():
    found = changes([source("a", place="a.toml:1:1")], [source("a", place="b.toml:9:1")])

    assert ("a",) == found.unchanged


@pytest.mark.parametrize(
    "after",
    [
        [source("a", sensor="s", timestamp="tick"), source("x")],
        [
            source("a", sensor="s", timestamp="tick"),
            source("b", sensor="s", timestamp="tick", interval=3.0),
            source("x"),
        ],
        [
            source("a", sensor="s", timestamp="tick"),
            source("b", sensor="s", timestamp="tick"),
            source("c", sensor="s", timestamp="tick"),
            source("x"),
        ],
        [source("a", sensor="s", timestamp="tick"), source("b", sensor="s"), source("x")],
    ],
    ids=["one goes", "one changes", "one comes", "one shares no more"],
)
def test_sources_that_share_a_sensor_by_tick_restart_together(after):
    before = [
        source("a", sensor="s", timestamp="tick"),
        source("b", sensor="s", timestamp="tick"),
        source("x"),
    ]

    found = changes(before, after)

    assert "a" in found.restarted
    assert ("x",) == found.unchanged
    assert "a" in found.leaving
    assert after[0] in found.arriving


def test_sources_of_one_sensor_that_do_not_wait_for_each_other_restart_alone():
    before = [source("a", sensor="s"), source("b", sensor="s")]

    found = changes(before, [source("a", sensor="s"), source("b", sensor="s", interval=3.0)])

    assert ("a",) == found.unchanged


SOURCES = st.lists(
    st.builds(
        source,
        st.sampled_from("abcdef"),
        sensor=st.sampled_from(["s", "t"]),
        timestamp=st.sampled_from(["read", "tick"]),
        interval=st.sampled_from([1.0, 2.0]),
    ),
    unique_by=lambda each: each.name,
)


@given(SOURCES, SOURCES)
def test_whatever_changes_the_sources_afterwards_are_those_of_the_new_configuration(before, after):
    found = changes(before, after)

    running = {each.name: each for each in before if each.name not in found.leaving}
    assert not running.keys() & {each.name for each in found.arriving}
    running |= {each.name: each for each in found.arriving}
    assert {each.name: each for each in after} == running
    assert set(found.unchanged) == {each.name for each in before} - found.leaving


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "collector.toml"
    file.write_text("")
    return load(file)


def test_the_same_tables_may_stay(config):
    assert [] == fixed_keys(config, load(config.path))


def test_a_key_that_takes_a_restart_is_named(config):
    config.path.write_text('[agent]\nport = 99\n[spool]\nmax_bytes = "1MiB"\n')

    assert [
        f"{config.path}: agent.port can only change at a restart",
        f"{config.path}: spool.max_bytes can only change at a restart",
    ] == fixed_keys(config, load(config.path))


def test_the_log_may_change(config):
    config.path.write_text('[log]\nlevel = "debug"\nformat = "json"\n')

    assert [] == fixed_keys(config, load(config.path))


def test_every_table_is_either_fixed_or_applied():
    fields = {field.name for field in dataclasses.fields(Config)}

    assert {*FIXED_TABLES, "log", "sources", "path", "warnings", "sends"} == fields


def test_a_source_that_could_not_be_made_restarts_with_those_that_wait_for_it():
    sources = [
        source("a", sensor="s", timestamp="tick"),
        source("b", sensor="s", timestamp="tick"),
        source("x"),
    ]

    found = changes(sources, sources, {"b"})

    assert ("a", "b") == found.restarted
    assert ("x",) == found.unchanged
