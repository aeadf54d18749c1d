"""The fixtures of the kit that start real processes."""

import tomllib

import pytest

from collector.testkit.whole_run import quick_example, quickened

TWO_SOURCES = """# Both.
[[source]]
plugin = "thing"
sensor = "own"
timeout = "1s"
interval = "2s"

[source.line]
timeout = "3s"

[[source]]
plugin = "thing"
sensor = "default"
# interval = "5s"

[[source.group]]
interval = "7s"
"""


def test_a_whole_run_gives_what_the_agent_accepted(whole_run):
    run = whole_run("system")

    readings = run.accepted("gateway", readings=3)
    run.stop()

    assert len(readings) >= 3
    assert all("memory_available" in reading for reading in readings)


def test_a_run_that_cannot_start_says_why(whole_run):
    run = whole_run('[[source]]\nplugin = "nonsense"\nsensor = "a"\n')

    with pytest.raises(AssertionError, match="nonsense"):
        run.accepted("a")


@pytest.mark.parametrize("kind", ["system", "serial", "modbus", "i2c"])
def test_a_quick_example_gives_a_busy_machine_longer_than_its_interval(kind):
    sources = tomllib.loads(quick_example(kind, "100ms"))["source"]

    assert {("100ms", "30s")} == {(each["interval"], each["timeout"]) for each in sources}


def test_a_limit_of_the_example_itself_is_widened_and_one_of_its_device_is_kept():
    own, default = tomllib.loads(quickened(TWO_SOURCES, "200ms"))["source"]

    assert ["30s", "30s"] == [own["timeout"], default["timeout"]]
    assert {"timeout": "3s"} == own["line"]


def test_each_source_and_each_group_of_an_example_is_read_at_the_interval():
    sources = tomllib.loads(quickened(TWO_SOURCES, "200ms"))["source"]

    assert ["200ms", "200ms"] == [each["interval"] for each in sources]
    assert [{"interval": "200ms"}] == sources[1]["group"]


def test_a_whole_run_of_a_kind_with_commented_intervals_starts(whole_run):
    assert whole_run("modbus", interval="1s").accepted("main meter")


def test_the_agent_is_one_that_a_client_can_reach(agent):
    assert (agent.directory / "ca.crt").exists()
    assert [] == agent.values.rows()
    assert 0 == agent.stop()
