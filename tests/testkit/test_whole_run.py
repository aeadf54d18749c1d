"""The fixtures of the kit that start real processes."""

import pytest

SOURCE = """[[source]]
plugin = "system"
sensor = "gateway"
interval = "200ms"
metrics = { memory = true }
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


def test_the_agent_is_one_that_a_client_can_reach(agent):
    assert (agent.directory / "ca.crt").exists()
    assert [] == agent.values.rows()
    assert 0 == agent.stop()
