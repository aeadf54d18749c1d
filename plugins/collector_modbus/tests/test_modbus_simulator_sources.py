"""The simulators of sources: links that lead to simulated buses, shared and given up again."""

import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient, ModbusUdpClient

from collector import SourceContext
from collector.clock import SystemClock
from collector.testkit.clock import FakeClock
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes, ModbusSettings
from collector_modbus.simulator.simulator import SimulatedBuses

SERIAL = {"type": "rtu", "port": "/dev/ttyUSB0", "baudrate": 115200, "parity": "E"}
POWER = {"metric": "power", "address": 0, "type": "float32", "annotation": "W"}
VOLTAGE = {"metric": "voltage", "address": 10, "type": "uint16", "annotation": "V"}
FRAMERS = {"rtu": FramerType.RTU, "rtu-over-tcp": FramerType.RTU, "ascii": FramerType.ASCII}


def settings(link=None, **keys):
    link = link or {"type": "tcp", "host": "gateway"}
    return ModbusSettings.model_validate({"link": link, "point": [POWER]} | keys)


def context(name="meter"):
    return SourceContext(name, name, 10.0, SystemClock())


def own_points(made: ModbusSettings) -> list[PointSettings]:
    return made.points


@pytest.fixture
def simulated():
    """Starts simulators, with what all of them share, and gives their settings."""
    buses, started = SimulatedBuses(own_points), []

    def start(made):
        started.append(buses.simulator(made, context()))
        return started[-1], started[-1].start()

    yield start
    for simulator in started:
        simulator.stop()


@contextmanager
def client_of(made):
    link = made.link
    options = {"framer": FRAMERS.get(link.type, FramerType.SOCKET), "timeout": 5, "retries": 0}
    if link.type in ("rtu", "ascii"):
        client = ModbusSerialClient(link.port, baudrate=link.baudrate, **options)
    else:
        kind = ModbusUdpClient if link.type == "udp" else ModbusTcpClient
        client = kind(link.host, port=link.port, **options)
    assert client.connect()
    yield client
    client.close()


def power_of(client, unit_id=1):
    answer = client.read_holding_registers(0, count=2, device_id=unit_id)
    return client.convert_from_registers(answer.registers, client.DATATYPE.FLOAT32)


@pytest.mark.parametrize(
    "link",
    [
        SERIAL,
        {"type": "ascii", "port": "/dev/ttyUSB0", "bytesize": 7, "baudrate": 115200},
        {"type": "tcp", "host": "gateway"},
        {"type": "rtu-over-tcp", "host": "gateway", "port": 4001},
        {"type": "udp", "host": "gateway"},
    ],
)
def test_the_device_is_read_over_the_same_kind_of_link(simulated, link):
    _, made = simulated(settings(link))

    with client_of(made) as client:
        assert 300.0 < power_of(client) < 2700.0
    assert link["type"] == made.link.type


def test_the_link_keeps_its_speed_and_times_and_nothing_that_a_pty_cannot_do(simulated):
    serial = SERIAL | {"stopbits": 2, "rs485": True, "response_timeout": "300ms"}

    _, made = simulated(settings(serial, unit_id=7))

    link = made.link
    assert (115200, 2, 0.3) == (link.baudrate, link.stopbits, link.response_timeout)
    assert ("N", 8, False) == (link.parity, link.bytesize, link.rs485)
    assert link.port.startswith("/dev/pts/")
    assert 7 == made.unit_id


def test_a_link_in_the_network_keeps_its_times_and_its_quirks(simulated):
    link = {"type": "tcp", "host": "gateway", "connect_timeout": "2s", "transaction_id": "ignore"}

    _, made = simulated(settings(link, max_registers=20))

    assert ("127.0.0.1", 2.0, "ignore") == (
        made.link.host,
        made.link.connect_timeout,
        made.link.transaction_id,
    )
    assert 20 == made.max_registers


def test_tls_is_simulated_without_it(simulated):
    tls = {"type": "tls", "host": "gateway", "ca_file": "ca.pem", "response_timeout": "3s"}

    _, made = simulated(settings(tls))

    assert ("tcp", "127.0.0.1", 3.0) == (
        made.link.type,
        made.link.host,
        made.link.response_timeout,
    )
    with client_of(made) as client:
        assert 300.0 < power_of(client) < 2700.0


def test_sources_of_one_link_share_a_bus_and_others_do_not(simulated):
    one, made_one = simulated(settings(unit_id=1))
    two, made_two = simulated(settings(unit_id=2))
    other, made_other = simulated(settings({"type": "tcp", "host": "elsewhere"}))

    with client_of(made_one) as client:
        powers = [power_of(client, unit_id) for unit_id in (1, 2)]

    assert one.bus is two.bus
    assert made_one.link == made_two.link
    assert {1, 2} == one.bus.devices.keys()
    assert powers[0] != powers[1]
    assert other.bus is not one.bus
    assert made_other.link.port != made_one.link.port


def test_two_devices_do_not_show_the_same_at_the_same_time():
    buses, still = SimulatedBuses(own_points), FakeClock()
    links = [{"type": "tcp", "host": host} for host in ("a", "a", "b")]
    units = [1, 2, 1]
    powers = []
    simulators = [
        buses.simulator(settings(link, unit_id=unit), SourceContext("m", "m", 10.0, still))
        for link, unit in zip(links, units, strict=True)
    ]
    for simulator, unit in zip(simulators, units, strict=True):
        with client_of(simulator.start()) as client:
            powers.append(power_of(client, unit))
    for simulator in simulators:
        simulator.stop()

    assert 3 == len(set(powers))


def test_sources_of_one_unit_share_a_device_that_has_the_points_of_both(simulated):
    one, made = simulated(settings())
    two, _ = simulated(settings(point=[VOLTAGE]))

    with client_of(made) as client:
        both = power_of(client), client.read_holding_registers(10, count=1).registers[0]
        one.stop()
        left = client.read_holding_registers(0, count=11).registers

    assert 300.0 < both[0] < 2700.0
    assert 226 <= both[1] <= 235
    assert [0, 0] == left[:2]
    assert 226 <= left[10] <= 235
    assert [1] == list(two.bus.devices)


def test_a_bus_lasts_until_its_last_source_has_stopped(simulated):
    one, _ = simulated(settings(unit_id=1))
    two, made = simulated(settings(unit_id=2))
    bus = two.bus

    one.stop()
    one.stop()

    assert {2} == bus.devices.keys()
    with client_of(made) as client:
        assert 11 == client.read_holding_registers(0, count=2).exception_code
        assert 300.0 < power_of(client, 2) < 2700.0
    two.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(bus.address)


def test_a_link_that_was_given_up_is_simulated_anew(simulated):
    first, _ = simulated(settings())
    bus = first.bus
    first.stop()

    second, made = simulated(settings())

    assert second.bus is not bus
    with client_of(made) as client:
        assert 300.0 < power_of(client) < 2700.0


def test_starting_twice_is_starting_once(simulated):
    simulator, made = simulated(settings(SERIAL))

    assert made == simulator.start()


def test_misdeeds_of_the_settings_are_done(simulated):
    simulate = {"exceptions": {"code": 5}, "forbidden": [{"first": 0, "last": 0}]}

    _, made = simulated(settings(simulate=simulate))

    with client_of(made) as client:
        assert 5 == client.read_holding_registers(0, count=2).exception_code


def test_each_device_draws_other_misdeeds_from_the_same_seed(simulated):
    simulate = {"exceptions": {"share": 0.5}}
    simulated(settings(unit_id=1, simulate=simulate))
    _, made = simulated(settings(unit_id=2, simulate=simulate))

    with client_of(made) as client:
        codes = [
            [client.read_coils(0, count=1, device_id=unit).exception_code for _ in range(30)]
            for unit in (1, 2)
        ]

    assert codes[0] != codes[1]
    assert {0, 6} == {code for each in codes for code in each}


def test_a_device_says_who_it_is(simulated):
    _, made = simulated(settings())

    with client_of(made) as client:
        information = client.read_device_information().information
        server_id = client.report_device_id().identifier

    assert {0: b"Simulated", 1: b"device", 2: b"1.0"} == information
    assert b"simulated device" == server_id


def test_the_device_is_there_for_tests_while_it_is_started(simulated):
    simulator, _ = simulated(settings(unit_id=9))

    assert 9 == simulator.device.unit_id
    simulator.stop()
    with pytest.raises(RuntimeError, match="not started"):
        _ = simulator.device


def test_codes_for_no_value_of_the_device_are_never_shown():
    codes = InvalidCodes(uint16=list(range(100, 231)))
    buses = SimulatedBuses(own_points, lambda _: codes)
    simulator = buses.simulator(settings(point=[VOLTAGE]), context())
    made = simulator.start()

    with client_of(made) as client:
        shown = client.read_holding_registers(10, count=1).registers[0]
    simulator.stop()

    assert 231 <= shown <= 235


def test_a_serial_line_takes_its_time_unless_it_is_told_otherwise():
    clock = SystemClock()
    took_s = []
    for is_paced in (True, False):
        buses = SimulatedBuses(own_points, is_paced=is_paced)
        simulator = buses.simulator(settings(SERIAL | {"baudrate": 1200}), context())
        with client_of(simulator.start()) as client:
            began_s = clock.monotonic_s()
            power_of(client)
            took_s.append(clock.monotonic_s() - began_s)
        simulator.stop()

    assert 20 * 11 / 1200 <= took_s[0]  # characters of 8 bits with parity
    assert took_s[1] < took_s[0] / 2


def test_after_the_last_stop_nothing_is_left():
    before = len(list(Path("/proc/self/fd").iterdir()))
    buses = SimulatedBuses(own_points)
    links = [SERIAL, {"type": "tcp", "host": "a"}, {"type": "udp", "host": "a"}]
    simulators = [
        buses.simulator(settings(link, unit_id=unit_id), context())
        for link in links
        for unit_id in (1, 2)
    ]
    for simulator in simulators:
        simulator.start()

    for simulator in simulators:
        simulator.stop()
        simulator.stop()

    assert [] == [each for each in threading.enumerate() if "simulator" in each.name]
    assert before == len(list(Path("/proc/self/fd").iterdir()))
