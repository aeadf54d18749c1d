"""A package says in its dependencies which collector it is made for, and that is held."""

import pytest
from fake_plugins import PROBE, module_of, offering

from collector.errors import PluginError
from collector.plugin.compatibility import made_for, mismatch, next_breaking, right_bounds
from collector.plugin.loader import PluginLoader

MADE = ["pyserial>=3", "Collector_Agent >=0.1,<0.2", 'collector-agent>=9; extra == "more"']


@pytest.mark.parametrize("here", ["0.1.0", "0.1.7", "0.1.8.dev1"])
def test_a_collector_that_a_package_is_made_for_is_right(here):
    assert "" == mismatch("collector-pump", made_for(MADE), here)


@pytest.mark.parametrize("requirements", [[], ["pyserial"], ["collector-agent"], ["not; a; one"]])
def test_a_package_that_does_not_say_is_for_every_collector(requirements):
    assert "" == mismatch("collector-pump", made_for(requirements), "7.0")


@pytest.mark.parametrize(
    ("requirement", "here", "advice"),
    [
        (">=0.2,<0.3", "0.1.0", "upgrade collector-agent, or install an older collector-pump"),
        ("==0.2.*", "0.1.0", "upgrade collector-agent, or install an older collector-pump"),
        ("~=1.4", "1.3.9", "upgrade collector-agent, or install an older collector-pump"),
        (">=0.1,<0.2", "0.2.0", "install a newer collector-pump"),
        ("<1", "1.0", "install a newer collector-pump"),
    ],
)
def test_another_collector_is_refused_with_what_to_do(requirement, here, advice):
    reason = mismatch("collector-pump", made_for([f"collector-agent{requirement}"]), here)

    assert reason.startswith("is made for collector-agent ")
    assert reason.endswith(f", and this is {here}: {advice}")


def test_a_plugin_for_another_collector_is_refused_before_it_is_imported():
    entries = offering({"probe": AssertionError("imported")}, "pump", ["collector-agent>=9,<10"])

    with pytest.raises(PluginError) as raised:
        PluginLoader(entries).load("probe")

    assert str(raised.value).startswith(
        "plugin 'probe' from pump 1.2 is made for collector-agent >=9,<10, and this is "
    )


def test_a_plugin_for_this_collector_is_loaded():
    entries = offering({"probe": module_of(PROBE)}, "pump", ["collector-agent>=0.1"])

    assert PROBE is PluginLoader(entries).load("probe")


@pytest.mark.parametrize(
    ("here", "breaking", "right"),
    [
        ("0.1.3", "0.2", "collector-agent>=0.1,<0.2"),
        ("1.4.0", "2", "collector-agent>=1.4,<2"),
    ],
)
def test_what_a_package_should_write_follows_from_the_version(here, breaking, right):
    assert (breaking, right) == (next_breaking(here), right_bounds(here))
