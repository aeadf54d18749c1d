"""Simulated devices, read by the clients of pymodbus: what was put there is what they get."""

import ssl
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient, ModbusUdpClient
from pymodbus.exceptions import ModbusIOException

from collector.clock import SystemClock
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import Identification, SimulatedDevice
from collector_modbus.simulator.registers import DeviceRegisters

ALL = ["tcp", "rtu", "rtu-over-tcp", "udp", "ascii"]
SERIAL = ["rtu", "rtu-over-tcp", "ascii"]
FRAMERS = {
    "rtu": FramerType.RTU,
    "rtu-over-tcp": FramerType.RTU,
    "ascii": FramerType.ASCII,
    "tcp": FramerType.SOCKET,
    "udp": FramerType.SOCKET,
}


@pytest.fixture(params=ALL)
def bus(request):
    with SimulatedBus(request.param, SystemClock()) as made:
        yield made


@contextmanager
def client_of(bus, timeout_s=5.0):
    link = bus.link()
    options = {"framer": FRAMERS[link.type], "timeout": timeout_s, "retries": 0}
    if link.type in ("rtu", "ascii"):
        client = ModbusSerialClient(link.port, baudrate=115200, **options)
    else:
        kind = ModbusUdpClient if link.type == "udp" else ModbusTcpClient
        client = kind(link.host, port=link.port, **options)
    assert client.connect()
    yield client
    client.close()


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_words_are_read_as_they_were_set(bus):
    device = bus.add(SimulatedDevice(3))
    device.registers.set_words(Table.HOLDING, 10, [0, 1, 0x1234, 0xFFFF])
    device.registers.set_words(Table.INPUT, 65535, [7])

    with client_of(bus) as client:
        holding = client.read_holding_registers(9, count=6, device_id=3).registers
        last = client.read_input_registers(65535, count=1, device_id=3).registers

    assert [0, 0, 1, 0x1234, 0xFFFF, 0] == holding
    assert [7] == last


def test_bits_are_read_as_they_were_set(bus):
    device = bus.add(SimulatedDevice(3))
    device.registers.set_bits(Table.COIL, 100, [True, False, True] * 4)
    device.registers.set_bits(Table.DISCRETE, 0, [True])

    with client_of(bus) as client:
        coils = client.read_coils(100, count=12, device_id=3).bits
        inputs = client.read_discrete_inputs(0, count=9, device_id=3).bits

    assert [True, False, True] * 4 == coils[:12]
    assert [True, *[False] * 8] == inputs[:9]


@pytest.mark.parametrize("count", [1, 2, 124, 125])
def test_the_longest_answers_arrive_whole(bus, count):
    device = bus.add(SimulatedDevice(1))
    words = [number * 521 % 65536 for number in range(count)]
    device.registers.set_words(Table.HOLDING, 0, words)

    with client_of(bus) as client:
        assert words == client.read_holding_registers(0, count=count).registers


def test_two_thousand_bits_are_read_at_once(bus):
    device = bus.add(SimulatedDevice(1))
    bits = [number % 3 == 0 for number in range(2000)]
    device.registers.set_bits(Table.COIL, 0, bits)

    with client_of(bus) as client:
        assert bits == client.read_coils(0, count=2000).bits


def test_each_unit_has_registers_of_its_own(bus):
    for unit_id in (1, 2, 247):
        device = bus.add(SimulatedDevice(unit_id))
        device.registers.set_words(Table.HOLDING, 0, [unit_id * 100])

    with client_of(bus) as client:
        read = [
            client.read_holding_registers(0, count=1, device_id=unit_id).registers
            for unit_id in (2, 247, 1, 2)
        ]

    assert [[200], [24700], [100], [200]] == read


def test_every_request_is_counted_and_noted(bus):
    bus.add(SimulatedDevice(3))

    with client_of(bus) as client:
        client.read_holding_registers(9, count=6, device_id=3)
        client.read_coils(1, count=2, device_id=3)

    expected = [(3, Block(Table.HOLDING, Span(9, 6))), (3, Block(Table.COIL, Span(1, 2)))]
    assert expected == [(each.unit_id, each.block) for each in bus.requests]
    assert [1, 2] == [each.number for each in bus.requests]
    assert 2 == bus.request_count


def test_forbidden_and_unset_addresses_are_refused_with_exception_2(bus):
    registers = DeviceRegisters(strict=True, forbidden=[Block(Table.HOLDING, Span(5, 1))])
    registers.set_words(Table.HOLDING, 0, [0] * 10)
    bus.add(SimulatedDevice(1, registers=registers))

    with client_of(bus) as client:
        asked = [(0, 5), (6, 4), (0, 10), (5, 1), (9, 2)]
        codes = [client.read_holding_registers(at, count=n).exception_code for at, n in asked]

    assert [0, 0, 2, 2, 2] == codes


def test_what_is_no_read_is_refused_with_exception_1(bus):
    bus.add(SimulatedDevice(1))

    with client_of(bus) as client:
        answers = [
            client.write_register(0, 1),
            client.write_registers(0, [1, 2]),
            client.readwrite_registers(read_address=0, read_count=1, address=0, values=[1]),
            client.read_exception_status(),
            client.diag_clear_counters(),
            client.report_device_id(),
            client.read_device_information(),
        ]

    assert [1] * 7 == [each.exception_code for each in answers]


def test_a_device_that_is_told_says_who_it_is(bus):
    told = Identification(
        vendor="Vendor", product_code="P-1", revision="2.3", model_name="M", server_id="meter 7"
    )
    bus.add(SimulatedDevice(1, identification=told))

    with client_of(bus) as client:
        basic = client.read_device_information(read_code=1)
        from_the_start = client.read_device_information(read_code=1, object_id=5)
        regular = client.read_device_information(read_code=2)
        one = client.read_device_information(read_code=4, object_id=5)
        none = client.read_device_information(read_code=4, object_id=3)
        server = client.report_device_id()

    assert {0: b"Vendor", 1: b"P-1", 2: b"2.3"} == basic.information
    assert basic.information == from_the_start.information
    assert {0: b"Vendor", 1: b"P-1", 2: b"2.3", 5: b"M"} == regular.information
    assert (0x82, {5: b"M"}) == (one.conformity, one.information)
    assert 2 == none.exception_code
    assert (b"meter 7", True) == (server.identifier, server.status)


def test_an_identification_that_is_long_comes_in_parts(bus):
    told = Identification(vendor="v" * 100, product_code="p" * 100, revision="r" * 100)
    bus.add(SimulatedDevice(1, identification=told))

    with client_of(bus) as client:
        first = client.read_device_information(read_code=1)
        second = client.read_device_information(read_code=1, object_id=first.next_object_id)

    assert (0xFF, 2) == (first.more_follows, first.next_object_id)
    assert {2: b"r" * 100} == second.information
    assert 0 == second.more_follows


def test_a_loopback_is_sent_back(bus):
    bus.add(SimulatedDevice(1))

    with client_of(bus) as client:
        assert b"\xa5\x5a" == client.diag_query_data(b"\xa5\x5a").message


@pytest.mark.parametrize("bus", SERIAL, indirect=True)
def test_a_unit_that_is_not_there_is_silent_on_a_serial_line(bus):
    with client_of(bus, timeout_s=0.05) as client, pytest.raises(ModbusIOException):
        client.read_holding_registers(0, count=1, device_id=9)

    assert [9] == [each.unit_id for each in bus.requests]


@pytest.mark.parametrize("bus", ["tcp", "udp"], indirect=True)
def test_a_gateway_answers_for_a_unit_that_is_not_there(bus):
    bus.add(SimulatedDevice(9))
    bus.remove(9)

    with client_of(bus) as client:
        assert 11 == client.read_holding_registers(0, count=1, device_id=9).exception_code


def test_stopping_leaves_no_thread_and_no_descriptor(bus):
    bus.add(SimulatedDevice(1))
    with client_of(bus) as client:
        client.read_holding_registers(0, count=1)

    bus.stop()
    bus.stop()
    threads = [each.name for each in threading.enumerate() if "simulator" in each.name]
    descriptors = open_descriptors()

    with SimulatedBus(bus.link().type, SystemClock()) as another:
        another.add(SimulatedDevice(1))
        with client_of(another) as client:
            client.read_holding_registers(0, count=1)
    assert [] == threads
    assert descriptors == open_descriptors()


def test_a_bus_that_was_never_started_can_be_stopped():
    before = open_descriptors()

    for link_type in ALL:
        SimulatedBus(link_type, SystemClock()).stop()

    assert before == open_descriptors()


def test_tls_needs_its_server_side_and_nothing_else_takes_it():
    with pytest.raises(ValueError, match="tls is to be given"):
        SimulatedBus("tls", SystemClock())
    with pytest.raises(ValueError, match="tls is to be given"):
        SimulatedBus("tcp", SystemClock(), tls=ssl.create_default_context())
