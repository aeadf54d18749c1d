"""A configuration that needs more time of a link than there is, is refused when it is checked."""

import pytest

from collector.errors import ConfigError
from collector.plugin.cost import ReadCost

PROBE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ninterval = "{}"\n'


def test_a_link_whose_certain_time_is_too_much_is_refused_when_checked(configure, costs):
    costs.cost = ReadCost(link_s=0.7, certain_link_s=0.6)
    tables = PROBE.format("a", "1s"), PROBE.format("b", "1s")

    with pytest.raises(ConfigError, match=r"link bus 1 needs 1\.20 s of its time every 1 s"):
        configure(*tables, strict=True)


def test_a_start_does_not_ask_what_reads_cost(configure, costs):
    costs.cost = ReadCost(link_s=2.0, certain_link_s=2.0)

    assert configure(PROBE.format("a", "1s")).warnings == ()


def test_what_is_only_expected_is_a_warning(configure, costs):
    costs.cost = ReadCost(link_s=0.7, certain_link_s=0.4)

    config = configure(PROBE.format("a", "1s"), PROBE.format("b", "1s"), strict=True)

    [warning] = config.warnings
    assert "link bus 1 needs 1.40 s of its time every 1 s as far as can be told" in warning


def test_sources_without_a_link_do_not_wait_for_each_other(configure, costs):
    costs.cost = ReadCost(link_s=0.7, certain_link_s=0.7)
    costs.link = ""

    assert configure(PROBE.format("a", "1s"), PROBE.format("b", "1s"), strict=True).warnings == ()


def test_an_interval_shorter_than_the_conversion_is_refused(configure, costs):
    costs.cost = ReadCost(link_s=0.001, wait_s=0.18)

    with pytest.raises(ConfigError, match=r"interval: a read takes 0\.18 s at least.* 0\.1 s"):
        configure(PROBE.format("a", "100ms"), strict=True)


@pytest.mark.parametrize("cost", [KeyError("no idea"), 7])
def test_a_cost_that_is_none_is_a_fault_of_the_plugin(configure, costs, cost):
    costs.cost = cost

    with pytest.raises(ConfigError, match=r"plugin 'probe' is broken: cost\(\) failed"):
        configure(PROBE.format("a", "1s"), strict=True)


def test_a_source_that_does_not_tell_is_not_judged(configure):
    assert configure(PROBE.format("a", "10ms"), strict=True).warnings == ()
