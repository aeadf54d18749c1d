from collections.abc import Callable

import pytest

from collector.config import Config

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]

OURS = "is that of the collector's own figures: choose another here, or another sensor in [figures]"


def test_the_figures_are_on_by_default_every_minute(load_text: Load) -> None:
    figures = load_text("").figures

    assert (True, "collector", 60.0) == (figures.enabled, figures.sensor, figures.interval)


def test_their_keys_are_read(load_text: Load) -> None:
    figures = load_text('[figures]\nenabled = false\nsensor = "me"\ninterval = "5min"').figures

    assert (False, "me", 300.0) == (figures.enabled, figures.sensor, figures.interval)


@pytest.mark.parametrize("table", ["", '[figures]\nsensor = "collector"\n'])
def test_no_source_may_have_their_sensor(complaints_of: Complaints, table: str) -> None:
    [complaint] = complaints_of(table + '[[source]]\nplugin = "probe"\nsensor = "collector"\n')

    assert f"source[0].sensor: 'collector' {OURS}" in complaint


def test_nor_its_name(complaints_of: Complaints) -> None:
    text = '[[source]]\nplugin = "probe"\nsensor = "s"\nname = "collector"\n'

    [complaint] = complaints_of(text)

    assert f"source[0].name: 'collector' {OURS}" in complaint


@pytest.mark.parametrize("table", ["enabled = false", 'sensor = "me"'])
def test_the_sensor_is_free_where_they_are_off_or_elsewhere(load_text: Load, table: str) -> None:
    config = load_text(f'[figures]\n{table}\n[[source]]\nplugin = "probe"\nsensor = "collector"\n')

    assert ["collector"] == [source.sensor for source in config.sources]


@pytest.mark.parametrize("interval", ["0s", "500ms"])
def test_they_do_not_come_more_often_than_every_second(
    complaints_of: Complaints, interval: str
) -> None:
    [complaint] = complaints_of(f'[figures]\ninterval = "{interval}"')

    assert "figures.interval: must be at least 1" in complaint
