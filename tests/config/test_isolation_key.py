"""Where the code of a source runs: as the configuration says, else as its package says."""

from collections.abc import Callable

import pytest
from fake_plugins import PROBE, module_of, offering

from collector.config import Config
from collector.plugin.loader import PluginLoader

PROBE_TABLE = '[[source]]\nplugin = "probe"\nsensor = "s"\n'


def loader_of(distribution: str) -> PluginLoader:
    return PluginLoader(offering({"probe": module_of(PROBE)}, distribution))


@pytest.mark.parametrize(
    ("distribution", "isolation"),
    [
        ("collector-agent", "thread"),
        ("Collector_Agent", "thread"),
        ("collector-agents", "process"),
        ("thermostat", "process"),
        ("", "process"),
    ],
)
def test_a_source_is_isolated_unless_its_kind_comes_with_the_collector(
    load_text: Callable[..., Config], distribution: str, isolation: str
) -> None:
    [source] = load_text(PROBE_TABLE, loader=loader_of(distribution)).sources

    assert isolation == source.isolation


@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize("distribution", ["collector-agent", "thermostat"])
def test_the_configuration_has_the_last_word(
    load_text: Callable[..., Config], distribution: str, isolation: str
) -> None:
    text = f'{PROBE_TABLE}isolation = "{isolation}"\n'

    [source] = load_text(text, loader=loader_of(distribution)).sources

    assert isolation == source.isolation


def test_another_word_is_complained_about_with_those_that_are_right(
    complaints_of: Callable[..., list[str]],
) -> None:
    [complaint] = complaints_of(f'{PROBE_TABLE}isolation = "proces"\n')

    assert complaint.startswith("collector.toml:4:1: source[0].isolation: must be one of ")
    assert '"thread" or "process", got "proces"' in complaint
