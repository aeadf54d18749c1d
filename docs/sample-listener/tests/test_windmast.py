"""The wind mast: its datagrams, and a whole round against the simulated one."""

import socket
import threading

import pytest
from collector_windmast.plugin import Windmast, decode
from collector_windmast.settings import WindmastSettings
from collector_windmast.simulator import WindmastSimulator

from collector import SourceContext, SourceFaultError
from collector.testkit.clock import FakeClock

CONTEXT = SourceContext("mast", "mast", 2.0, FakeClock())


def test_a_datagram_has_speed_and_direction():
    assert {"speed": 3.4, "direction": 271.0} == decode(b"wind 3.4 271")


@pytest.mark.parametrize(
    "datagram", [b"", b"wind 3.4", b"rain 3.4 271", b"wind x 271", b"\xff 1 2"]
)
def test_anything_else_is_not_of_a_wind_mast(datagram):
    with pytest.raises(ValueError, match=r"unpack|wind mast|could not convert|codec"):
        decode(datagram)


def test_the_simulated_mast_is_heard_until_the_stop():
    simulator = WindmastSimulator(WindmastSettings(port=1), CONTEXT)
    source = Windmast(simulator.start(), CONTEXT)
    heard = []
    stop = threading.Event()

    def emit(reading):
        heard.append(reading.values)
        if len(heard) == 2:
            stop.set()

    source.open()
    source.listen(emit, stop)
    source.close()
    simulator.stop()

    assert {metric.id for metric in source.metrics} == set(heard[0])
    assert 2 == len(heard)


def test_what_strangers_send_is_ignored():
    source = Windmast(WindmastSettings(host="127.0.0.1", port=0), CONTEXT)
    heard = []
    stop = threading.Event()
    source.open()
    address = source._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", address)
        sender.sendto(b"wind 1 2", address)
    source.listen(lambda reading: (heard.append(reading), stop.set()), stop)
    source.close()

    assert [{"speed": 1.0, "direction": 2.0}] == [reading.values for reading in heard]


def test_a_port_that_is_taken_needs_a_human():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        source = Windmast(WindmastSettings(host="127.0.0.1", port=port), CONTEXT)

        with pytest.raises(SourceFaultError, match="cannot listen"):
            source.open()
        source.close()
