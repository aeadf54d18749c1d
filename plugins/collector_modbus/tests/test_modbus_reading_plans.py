"""When a group is planned anew: planning takes longer than many reads."""

import logging
import struct

import pytest

from collector import Deadline
from collector.testkit.clock import FakeClock
from collector_modbus.profiles.merge import points_of
from collector_modbus.reading.group import GroupReader
from collector_modbus.settings.source import ModbusSettings

LINKS = {
    "serial": {"type": "rtu", "port": "/dev/ttyTEST", "baudrate": 9600},
    "network": {"type": "tcp", "host": "gateway"},
}
ADDRESSES = (0, 30)


def reader_on(link):
    """A reader of two registers that lie so far apart that it depends whether to read over."""
    points = [{"metric": f"m{address}", "address": address} for address in ADDRESSES]
    settings = ModbusSettings.model_validate({"link": link, "point": points})
    device, log = points_of(settings, None), logging.getLogger("test")
    return GroupReader(device.points, device, settings.link, FakeClock(), log)


def asked(reader, turnaround_s):
    """What is asked for when devices answer that fast: addresses and counts."""
    spans = []

    def ask(block):
        spans.append((block.span.address, block.span.count))
        return struct.pack(f">{block.span.count}H", *range(block.span.count))

    reader.read(ask, Deadline.after(FakeClock(), 1.0), turnaround_s)
    return spans


@pytest.mark.parametrize(
    ("link", "fast", "slow"),
    [("serial", [(0, 1), (30, 1)], [(0, 31)]), ("network", [(0, 31)], [(0, 31)])],
)
def test_slow_devices_are_asked_less_often_where_registers_cost_time(link, fast, slow):
    reader = reader_on(LINKS[link])

    found = [asked(reader, turnaround_s) for turnaround_s in (0.001, 0.1, 0.001)]

    assert [fast, slow, fast] == found


def test_in_a_network_a_round_trip_that_varies_makes_no_new_plan():
    reader = reader_on(LINKS["network"])
    asked(reader, 0.001)
    first = reader._plan

    asked(reader, 0.1)

    assert first is reader._plan
