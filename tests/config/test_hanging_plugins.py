"""A plugin that hangs while a configuration is loaded costs its own sources, and those alone."""

import threading
from dataclasses import replace

import pytest
from fake_plugins import PROBE, Probe, ProbeSettings, fake_loader, module_of
from pydantic import model_validator

from collector.plugin import patience
from collector.plugin.configured import ConfiguredSource

LIMITED = ("sources", "kind_checks", "link_checks", "transform_checks")
TABLES = """
[[source]]
plugin = "slow"
sensor = "slow"
interval = "1s"
isolation = "thread"
transform = [{type = "scale", metric = "temperature", factor = 2}]

[[source]]
plugin = "probe"
sensor = "well"
interval = "1s"
"""


@pytest.fixture(autouse=True)
def held(monkeypatch):
    """Let plugin code have a tenth of a second, and let go what hangs at the end."""
    for module in LIMITED:
        monkeypatch.setattr(f"collector.config.{module}.CALL_LIMIT_S", 0.1)
    monkeypatch.setattr("collector.plugin.loader.IMPORT_LIMIT_S", 0.1)
    event = threading.Event()
    monkeypatch.setattr(patience, "_event", event, raising=False)
    yield event
    event.set()


def hang(*_):
    patience._event.wait()


class SlowProbe(Probe):
    metrics = property(hang)


class SlowGroups(Probe):
    groups = property(hang)


class SlowSettings(ProbeSettings):
    @model_validator(mode="after")
    def _hang(self):
        hang()
        return self


class FailingSettings(ProbeSettings):
    @model_validator(mode="after")
    def _fail(self):
        raise RuntimeError("the validator is broken")


SLOW = replace(PROBE, name="slow")


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (hang, "'slow' is broken: importing it did not come back within 0.1 s"),
        (
            module_of(replace(SLOW, create=hang)),
            "'slow' is broken: making a source did not come back within 0.1 s",
        ),
        (
            module_of(replace(SLOW, create=SlowGroups)),
            "'slow' is broken: making a source did not come back within 0.1 s",
        ),
        (
            module_of(replace(SLOW, settings=SlowSettings)),
            "'slow' is broken: checking its settings did not come back within 0.1 s",
        ),
        (
            module_of(replace(SLOW, settings=FailingSettings)),
            "'slow' is broken: checking its settings failed at test_hanging_plugins.py:",
        ),
    ],
    ids=["import", "create", "groups", "settings", "settings that fail"],
)
def test_its_sources_are_broken_and_the_others_run(load_text, offered, reason):
    slow, well = load_text(TABLES, loader=fake_loader(slow=offered)).sources

    assert reason in slow.broken
    assert not well.broken


def check(_: ConfiguredSource):
    hang()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (replace(SLOW, check=check), "check() did not come back within 0.1 s"),
        (replace(SLOW, create=SlowProbe), "listing its metrics did not come back within 0.1 s"),
    ],
)
def test_what_hangs_in_a_check_is_a_complaint_at_its_source(complaints_of, kind, reason):
    [complaint] = complaints_of(TABLES, loader=fake_loader(slow=module_of(kind)))

    assert "collector.toml:3:1: source[0].plugin: plugin 'slow' is broken: " + reason == complaint
