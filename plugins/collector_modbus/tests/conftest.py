"""A serial line with room for simulated devices."""

import pytest

from collector.clock import SystemClock
from collector_modbus.simulator.bus import SimulatedBus


@pytest.fixture
def line():
    with SimulatedBus("rtu", SystemClock()) as made:
        yield made
