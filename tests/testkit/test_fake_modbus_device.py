"""The fake Modbus device, read and written by the client of pymodbus."""

import pytest
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from collector.testkit.modbus_device import FakeModbusDevice


@pytest.fixture
def client(fake_modbus_device):
    with ModbusTcpClient(
        fake_modbus_device.host, port=fake_modbus_device.port, timeout=0.5, retries=0
    ) as opened:
        yield opened


def test_each_table_is_read_by_its_function(fake_modbus_device, client):
    fake_modbus_device.holding.update({10: 1, 11: 0xFFFF})
    fake_modbus_device.input[10] = 2
    fake_modbus_device.coils.update({10: True, 11: False, 12: True})
    fake_modbus_device.discrete[10] = True

    assert [1, 0xFFFF] == client.read_holding_registers(10, count=2).registers
    assert [2] == client.read_input_registers(10).registers
    assert [True, False, True] == client.read_coils(10, count=3).bits[:3]
    assert [True] == client.read_discrete_inputs(10).bits[:1]
    assert [(3, 10, 2), (4, 10, 1), (1, 10, 3), (2, 10, 1)] == fake_modbus_device.requests


def test_what_is_written_stands_in_the_tables(fake_modbus_device, client):
    client.write_register(1, 7)
    client.write_registers(2, [8, 9])
    client.write_coil(1, value=True)
    client.write_coils(2, [True, False, True])

    assert {1: 7, 2: 8, 3: 9} == fake_modbus_device.holding
    assert {1: True, 2: True, 3: False, 4: True} == fake_modbus_device.coils


def test_a_float_takes_two_words(fake_modbus_device, client):
    fake_modbus_device.set_float(20, 230.5)

    registers = client.read_holding_registers(20, count=2).registers

    assert 230.5 == client.convert_from_registers(registers, client.DATATYPE.FLOAT32)


def test_addresses_that_were_not_set_are_refused(fake_modbus_device, client):
    fake_modbus_device.holding[10] = 1

    assert 2 == client.read_holding_registers(10, count=2).exception_code


def test_functions_that_it_does_not_know_are_refused(client):
    assert 1 == client.report_device_id().exception_code
    assert 1 == client.mask_write_register(address=1).exception_code


def test_other_units_and_a_silent_device_do_not_answer(fake_modbus_device, client):
    fake_modbus_device.holding[10] = 1

    with pytest.raises(ModbusException, match="No response"):
        client.read_holding_registers(10, device_id=2)
    fake_modbus_device.is_silent = True
    with pytest.raises(ModbusException, match="No response"):
        client.read_holding_registers(10)


def test_it_may_be_closed_twice_and_hangs_up(fake_modbus_device, client):
    fake_modbus_device.close()
    fake_modbus_device.close()

    with pytest.raises((ModbusException, OSError)):
        client.read_holding_registers(10)


def test_each_has_a_port_of_its_own():
    with FakeModbusDevice() as one, FakeModbusDevice() as other:
        assert one.port != other.port
