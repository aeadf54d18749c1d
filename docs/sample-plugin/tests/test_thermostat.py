"""The thermostat: its lines, and a whole round against the simulated one."""

import pytest
from collector_thermostat.decode import decode
from collector_thermostat.plugin import Thermostat
from collector_thermostat.settings import ThermostatSettings
from collector_thermostat.simulator import ThermostatSimulator

from collector import Deadline, SourceContext, SourceUnavailableError
from collector.testkit.clock import FakeClock

CLOCK = FakeClock()
CONTEXT = SourceContext("hall", "hall", 10.0, CLOCK)


def test_a_line_has_temperature_humidity_and_heating():
    assert {"temperature": 21.4, "humidity": 48.0, "heating": True} == decode(b"21.4 48 on\n")


@pytest.mark.parametrize("line", [b"", b"21.4 48", b"21.4 48 maybe", b"x 48 on", b"\xff 48 on"])
def test_anything_else_is_no_line_of_a_thermostat(line):
    with pytest.raises(ValueError, match=r"thermostat|could not convert|codec"):
        decode(line)


def test_the_simulated_thermostat_is_read_with_every_metric():
    simulator = ThermostatSimulator(ThermostatSettings(host="unused"), CONTEXT)
    source = Thermostat(simulator.start(), CONTEXT)
    try:
        source.open()
        first, second = (source.read("", Deadline.after(CLOCK, 5))[0] for _ in range(2))
    finally:
        source.close()
        simulator.stop()

    assert {metric.id for metric in source.metrics} == set(first.values)
    assert (21.0, 21.1) == (first.values["temperature"], second.values["temperature"])


def test_a_thermostat_that_is_not_there_is_unavailable_and_may_be_closed_twice():
    source = Thermostat(ThermostatSettings(host="127.0.0.1", port=1), CONTEXT)

    with pytest.raises(SourceUnavailableError, match="no thermostat at tcp://"):
        source.open()
    source.close()
    source.close()
