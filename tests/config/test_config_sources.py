import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fake_plugins import PROBE, Probe, ProbeSettings, Register, fake_loader, module_of

from collector.config import Config, make
from collector.config.models import SourceKeys
from collector.config.sources import unique_names
from collector.errors import PluginError
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel
from collector.testkit.clock import FakeClock

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]

PROBE_TABLE = '[[source]]\nplugin = "probe"\nsensor = "s"\n'

PLACE = r" at \w+\.py:\d+"
"""Where plugin code failed; its line numbers are none of a test's business."""


def test_a_source_has_defaults_for_all_but_plugin_and_sensor(load_text: Load) -> None:
    [source] = load_text(PROBE_TABLE).sources

    assert ("probe", "s", "s") == (source.plugin, source.name, source.sensor)
    assert (10.0, 0.0, 0.0, True, 10.0, "read") == (
        source.interval,
        source.offset,
        source.jitter,
        source.align,
        source.timeout,
        source.timestamp,
    )
    assert PROBE is source.kind
    assert ProbeSettings() == source.settings
    assert source.broken == ""
    assert source.place.endswith("collector.toml:1:1")


def test_every_common_key_is_read(load_text: Load) -> None:
    [source] = load_text(
        PROBE_TABLE + 'name = "boiler room"\ninterval = "1min"\noffset = "5s"\njitter = "500ms"\n'
        'align = false\ntimeout = "2s"\ntimestamp = "device"\n'
    ).sources

    assert source.name == "boiler room"
    assert (60.0, 5.0, 0.5, False, 2.0, "device") == (
        source.interval,
        source.offset,
        source.jitter,
        source.align,
        source.timeout,
        source.timestamp,
    )


def test_the_other_keys_are_settings_of_the_kind(load_text: Load) -> None:
    [source] = load_text(
        PROBE_TABLE + 'device = "/dev/x"\nregisters = [{address = 1, type = "f32"}]'
    ).sources

    assert (
        ProbeSettings(device="/dev/x", registers=(Register(address=1, type="f32"),))
        == source.settings
    )


@pytest.mark.parametrize(("interval", "timeout"), [("2s", 2.0), ("30s", 30.0), ("1h", 30.0)])
def test_a_read_may_take_the_interval_but_at_most_30_s(
    load_text: Load, interval: str, timeout: float
) -> None:
    [source] = load_text(f'{PROBE_TABLE}interval = "{interval}"').sources

    assert timeout == source.timeout


def test_the_context_tells_a_source_its_name_sensor_and_interval(load_text: Load) -> None:
    [source] = load_text(PROBE_TABLE + 'name = "n"\ninterval = "2s"').sources
    clock = FakeClock()

    context = source.context(clock)

    assert ("n", "s", 2.0) == (context.name, context.sensor, context.interval_s)
    assert clock is context.clock


def test_a_source_is_made_from_its_settings(load_text: Load) -> None:
    [source] = load_text(PROBE_TABLE + 'device = "/dev/x"').sources

    made = make(source, source.settings, FakeClock())

    assert isinstance(made, Probe)
    assert made.settings.device == "/dev/x"
    assert not made.is_open


def test_names_are_those_of_the_sensors_numbered_where_taken() -> None:
    def keys(sensor: str, name: str | None = None) -> SourceKeys:
        return SourceKeys(plugin="p", sensor=sensor, name=name)

    assert ["a", "a-2", "a-4", "a-3", "b"] == unique_names(
        [keys("a"), keys("a"), keys("a"), keys("x", "a-3"), keys("b")]
    )


def test_a_listening_source_may_do_without_an_interval(load_text: Load) -> None:
    [source] = load_text('[[source]]\nplugin = "talker"\nsensor = "s"\ninterval = 0').sources

    assert source.interval == 0
    assert source.timeout == 30.0


def test_a_source_whose_groups_have_intervals_may_do_without_one(load_text: Load) -> None:
    [source] = load_text(PROBE_TABLE + "interval = 0\ngroup_interval_s = 5.0").sources

    assert source.interval == 0


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("interval = 0", "4:1: source[0].interval: must be more than 0: this source is read in"),
        ('interval = "5ms"', "4:1: source[0].interval: must be at least 10ms"),
        ("interval = 5", "4:1: source[0].interval: 5 is no duration with a unit: write "),
        (
            'interval = "40000d"',
            "4:1: source[0].interval: '40000d' is longer than a hundred years",
        ),
        ('timeout = "0s"', '4:1: source[0].timeout: must be more than 0, got "0s"'),
        ('jitter = "10s"', "4:1: source[0].jitter: must be less than the interval, 10 s"),
        ('offset = "11s"', "4:1: source[0].offset: must be less than the interval, 10 s"),
        ('timestamp = "now"', '4:1: source[0].timestamp: must be one of "read", "tick" or "dev'),
        ('name = "a/b"', "4:1: source[0].name: must match the pattern "),
        ("colour = 1", "4:1: source[0].colour: unknown key (allowed: device, metrics, "),
        ('devise = "x"', "4:1: source[0].devise: unknown key; did you mean device? (allowed: "),
        ('intervall = "1s"', "4:1: source[0].intervall: unknown key; did you mean interval? (al"),
        ('device = "nowhere"', "1:1: source[0]: device must not be nowhere"),
        (
            "registers = [{address = 1, typ = 1}]",
            "4:28: source[0].registers[0].typ: unknown key; did you mean type? (allowed: addr",
        ),
        (
            'registers = [{address = 1, type = "u8"}]',
            '4:28: source[0].registers[0].type: must be one of "u16" or "f32", got "u8"',
        ),
    ],
)
def test_a_wrong_key_of_a_source_is_named_with_its_place(
    complaints_of: Complaints, table: str, expected: str
) -> None:
    [complaint] = complaints_of(PROBE_TABLE + table)

    assert complaint.startswith(f"collector.toml:{expected}")


def test_a_source_needs_plugin_and_sensor(complaints_of: Complaints) -> None:
    assert [
        "collector.toml:1:1: source[0].plugin: is missing",
        "collector.toml:1:1: source[0].sensor: is missing",
    ] == complaints_of("[[source]]")


def test_an_unknown_plugin_is_refused_with_the_nearest_name(complaints_of: Complaints) -> None:
    [complaint] = complaints_of(PROBE_TABLE.replace("probe", "prob"))

    assert complaint == (
        "collector.toml:2:1: source[0].plugin: no plugin 'prob' is installed; "
        "did you mean probe? (allowed: broken, probe, talker)"
    )


def test_a_name_used_twice_is_refused_with_both_places(complaints_of: Complaints) -> None:
    text = (PROBE_TABLE + 'name = "n"\n') * 2

    [complaint] = complaints_of(text.replace('sensor = "s"', 'sensor = "t"', 1))

    assert complaint == (
        "collector.toml:8:1: source[1].name: 'n' is also the name of the source at "
        "collector.toml:1:1"
    )


def test_a_broken_plugin_is_a_state_of_its_sources_and_not_a_complaint(load_text: Load) -> None:
    text = PROBE_TABLE + '[[source]]\nplugin = "broken"\nsensor = "t"\nanything = 5'

    good, broken = load_text(text).sources

    assert good.broken == ""
    assert re.sub(PLACE, "", broken.broken) == (
        "plugin 'broken' from fake 1.2 is broken: importing broken_package.plugin failed: "
        "ImportError: no module named 'bits'"
    )
    assert broken.kind is None
    assert broken.settings is None
    with pytest.raises(PluginError):
        make(broken, None, FakeClock())


def test_a_strict_load_complains_about_a_broken_plugin(complaints_of: Complaints) -> None:
    text = '[[source]]\nplugin = "broken"\nsensor = "t"'

    [complaint] = complaints_of(text, strict=True)

    assert complaint.startswith("collector.toml:2:1: source[0].plugin: plugin 'broken' from fake")


def test_only_the_plugins_that_are_named_are_imported(load_text: Load) -> None:
    class Trap(BaseException):
        pass

    load_text(PROBE_TABLE, loader=fake_loader(trap=Trap()))


class ClashingSettings(ConfigModel):
    interval: int = 1


def raising(*_: Any) -> Any:
    raise ZeroDivisionError("by zero")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (
            SourceKind(name="odd", settings=ClashingSettings, create=Probe),
            "plugin 'odd' is broken: every source has a key 'interval' already",
        ),
        (
            SourceKind(name="odd", settings=ProbeSettings, create=raising),
            "plugin 'odd' is broken: making a source failed: ZeroDivisionError: by zero",
        ),
        (
            SourceKind(name="odd", settings=ProbeSettings, create=lambda *_: 5),  # type: ignore[arg-type,return-value]
            (
                "plugin 'odd' is broken: making a source failed: TypeError: create() made a int, "
                "not a Source"
            ),
        ),
    ],
)
def test_a_kind_that_cannot_be_used_makes_its_sources_broken(
    load_text: Load, kind: SourceKind, reason: str
) -> None:
    text = PROBE_TABLE.replace("probe", "odd")

    [source] = load_text(text, loader=fake_loader(odd=module_of(kind))).sources

    assert reason == re.sub(PLACE, "", source.broken)


def test_a_kind_without_a_simulator_is_left_out_of_a_simulation(load_text: Load) -> None:
    text = PROBE_TABLE + '[[source]]\nplugin = "talker"\nsensor = "t"'

    simulated, real = load_text(text, simulate=True), load_text(text)

    def reasons(sources: Sequence[Any]) -> list[str]:
        return [source.broken for source in sources]

    assert ["", "plugin 'talker' has no simulator: left out by --simulate"] == reasons(
        simulated.sources
    )
    assert ["", ""] == reasons(real.sources)
