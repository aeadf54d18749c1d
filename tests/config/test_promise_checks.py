"""What `check` says of sources that would not run, or not whole: where, and what is right."""

from dataclasses import replace

import pytest
from fake_plugins import PROBE, Probe, module_of, offering

from collector.config import load
from collector.plugin.loader import PluginLoader
from collector.plugin.source import Metric

SOURCE = '[[source]]\nplugin = "probe"\nsensor = "hall"\ninterval = "1s"\n'


def warnings_of(tmp_path, **members):
    """Return what is said of a probe with other members."""
    file = tmp_path / "site.toml"
    file.write_text(SOURCE)
    kind = replace(PROBE, create=type("Odd", (Probe,), members))
    loader = PluginLoader(offering({"probe": module_of(kind)}))
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    config = load(file, strict=True, environ=environ, loader=loader)
    return [each.removeprefix(f"{file}:2:1: source[0].plugin: ") for each in config.warnings]


def raising(_):
    raise KeyError("level")


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (None, "metrics failed: TypeError: it is a NoneType: give a sequence of Metric"),
        (
            [Metric(id="a", unit="Celsius")],  # type: ignore[arg-type]
            "its unit 'Celsius' is no ValueUnit: say other units as the annotation",
        ),
        (
            [Metric(id="a.b")],
            "'a.b', which is no id: use 1 to 32 letters, digits, spaces, '_' or '-'",
        ),
        (["a"], "plugin 'probe' declares 'a', which is no metric: give Metric(...)"),
        (
            [Metric(id="a"), Metric(id="a")],
            "plugin 'probe' declares several metrics 'a': each needs its own id",
        ),
    ],
)
def test_metrics_that_a_run_would_refuse_are_told_with_their_place(tmp_path, metrics, said):
    [line] = warnings_of(tmp_path, metrics=property(lambda _: metrics))

    assert line.endswith(said)


def test_a_link_that_is_no_text_is_told(tmp_path):
    said = warnings_of(tmp_path, link=property(lambda _: ("bus", 1)))

    assert ["plugin 'probe' has a link that is a tuple: give a str"] == said


def test_metrics_that_raise_are_told_with_their_line(tmp_path):
    [line] = warnings_of(tmp_path, metrics=property(raising))

    assert "test_promise_checks.py:" in line
    assert "KeyError: 'level'" in line


def test_of_a_source_that_keeps_its_promises_nothing_is_said(tmp_path):
    assert [] == warnings_of(tmp_path)
