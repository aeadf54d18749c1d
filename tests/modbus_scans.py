"""A meter on a simulated link, and the command that looks for it."""

import struct

from collector.cli import main
from collector_modbus.registers.table import Table
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.registers import DeviceRegisters


def eastron(unit_id, **behaviour):
    """A meter that has nothing but a voltage and a frequency, and says nothing of itself."""
    registers = DeviceRegisters(strict=True)
    registers.set_words(Table.INPUT, 0, struct.unpack(">HH", struct.pack(">f", 230.4)))
    registers.set_words(Table.INPUT, 0x46, struct.unpack(">HH", struct.pack(">f", 50.0)))
    return SimulatedDevice(unit_id, registers=registers, **behaviour)


def where(bus):
    link = bus.link()
    if link.type == "rtu":
        return ["--port", link.port]
    return ["--host", link.host, "--port", str(link.port), "--type", link.type]


def scan(bus, *options):
    return main(["modbus", "scan", *where(bus), *options])
