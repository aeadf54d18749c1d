"""Ports: found, locked, shared, lost and found again."""

import errno
import os
import pty
import struct
import subprocess
import sys
import termios
import tty

import pytest
import serial

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector_serial.port.line_errors import LineErrors, line_errors_in
from collector_serial.port.port import Port
from collector_serial.port.ports import Ports

NUMBERS = {"format": "number", "field": [{"metric": "value"}]}


def test_a_port_that_is_not_there_is_looked_for_every_second(make):
    source = make(**NUMBERS, port="/dev/serial/by-id/usb-nothing")

    with pytest.raises(SourceUnavailableError, match="is not plugged in") as caught:
        source.open()

    assert caught.value.retry_in_s == 1.0


def test_a_device_that_is_plugged_in_again_under_another_number_is_found_by_its_name(
    make, device, tmp_path
):
    name = tmp_path / "usb-FTDI_A5XK3RJT-if00-port0"
    name.symlink_to(device.path)
    source = make(**NUMBERS, port=str(name))
    source.open()
    source.close()
    name.unlink()
    master, slave = pty.openpty()
    tty.setraw(slave)

    with pytest.raises(SourceUnavailableError, match="is not plugged in"):
        source.open()
    name.symlink_to(os.ttyname(slave))
    source.open()
    os.write(master, b"\n2.5\n")

    assert b"\n2.5\n" == source._connection.ready().read(2.0)
    os.close(master)
    os.close(slave)


class Lease:
    """A share in a port that is not there."""

    def ready(self):
        return self

    def line_errors(self):
        return LineErrors()

    def close(self):
        pass


def test_a_name_that_changes_is_advised_against(make, monkeypatch, tmp_path):
    source = make(**NUMBERS, port="/dev/ttyUSB0")
    monkeypatch.setattr(Ports, "take", lambda *_: Lease())

    source.open()

    [note] = source.notes
    assert "/dev/ttyUSB0 may be another device after a reboot" in note


def test_another_adapter_than_the_one_that_is_wanted_is_refused(make, monkeypatch):
    monkeypatch.setattr("collector_serial.connection.serial_number_of", lambda device: "B2")
    source = make(**NUMBERS, usb_serial_number="A1")

    with pytest.raises(SourceFaultError, match="is the adapter 'B2', not 'A1'"):
        source.open()


def test_an_adapter_without_a_serial_number_is_not_the_one_that_is_wanted(make):
    with pytest.raises(SourceFaultError, match="is the adapter '', not 'A1'"):
        make(**NUMBERS, usb_serial_number="A1").open()


def test_a_port_that_could_not_be_set_is_not_kept_open(make, monkeypatch, device):
    def fail(port, options):
        raise SourceFaultError("cannot be set")

    monkeypatch.setattr(Port, "set_as", fail)

    with pytest.raises(SourceFaultError, match="cannot be set"):
        make(**NUMBERS).open()

    serial.Serial(device.path, exclusive=True).close()


HOLD = """
import sys, serial
port = serial.Serial(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_port_that_another_program_holds_is_refused_with_its_name(make, device):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, device.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(SourceUnavailableError, match=f"is held by .*pid {holder.pid}"):
        make(**NUMBERS).open()

    holder.communicate("")


def test_sources_of_one_port_take_turns_over_it_each_with_its_own_speed(make, device, clock):
    device.answer(lambda request: b"1\n" if request == b"A\n" else b"2\n")
    ask = [
        make(format="scpi", baudrate=speed, request=[{"send": send, "metric": "x"}])
        for speed, send in ((9600, "A\n"), (19_200, "B\n"))
    ]
    for source in ask:
        source.open()

    found = []
    for source in ask * 2:
        [reading] = source.read("", Deadline.after(clock, 5))
        found.append((reading.values["x"], source._connection.ready()._serial.baudrate))

    assert [(1.0, 9600), (2.0, 19_200)] * 2 == found


def test_a_port_is_open_until_the_last_of_its_sources_is_closed(make):
    first, second = (make(format="mt-sics") for _ in range(2))
    first.open()
    second.open()
    port = second._connection.ready()

    first.close()
    assert port._serial.is_open
    second.close()
    assert not port._serial.is_open


def test_a_port_that_failed_for_one_source_is_opened_anew_by_each_of_them(make, device):
    first, second = (make(format="mt-sics") for _ in range(2))
    first.open()
    second.open()
    second._connection.ready()._has_failed = True

    first.close()
    first.open()

    with pytest.raises(SourceUnavailableError, match="was unplugged"):
        second._connection.ready()
    second.close()
    second.open()
    assert first._connection.ready() is second._connection.ready()
    assert not first._connection.ready().has_failed


def test_a_port_that_another_plugin_of_this_collector_holds_is_refused(make, device):
    other = serial.Serial(device.path, exclusive=True)

    with pytest.raises(SourceUnavailableError, match="held by another source of this collector"):
        make(**NUMBERS).open()

    other.close()


def test_the_port_is_free_again_after_closing(make):
    first, second = make(**NUMBERS), make(**NUMBERS)
    first.open()
    port = first._connection.ready()
    first.close()
    first.close()

    second.open()
    assert second._connection.ready() is not port


def test_the_counters_of_a_driver_are_read_from_their_places():
    structure = struct.pack("20i", 1, 2, 3, 4, 5, 6, 70, 80, 90, 10, 11, *[0] * 9)

    assert LineErrors(framing=70, parity=90, lost=91) == line_errors_in(structure)


KINDS_OF_ERROR = [
    serial.SerialException("device disconnected"),
    OSError(errno.EIO, "Input/output error"),
    termios.error(errno.EIO, "Input/output error"),
]


@pytest.mark.parametrize("error", KINDS_OF_ERROR, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("call", ["write", "reset_input_buffer"])
def test_whatever_an_unplugged_port_raises_becomes_one_error(make, monkeypatch, call, error):
    def fail(*_):
        raise error

    source = make(**NUMBERS)
    source.open()
    port = source._connection.ready()
    monkeypatch.setattr(port._serial, call, fail)

    with pytest.raises(SourceUnavailableError, match="was unplugged") as caught:
        port.write(b"x") if call == "write" else port.discard_input()
    assert caught.value.retry_in_s == 1.0


@pytest.mark.parametrize("error", KINDS_OF_ERROR, ids=lambda error: type(error).__name__)
def test_whatever_opening_raises_becomes_an_error_of_the_source(make, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(serial.Serial, "open", fail)

    with pytest.raises((SourceUnavailableError, SourceFaultError)):
        make(**NUMBERS).open()


def test_a_file_is_no_serial_port(make, tmp_path):
    file = tmp_path / "not-a-port"
    file.write_text("")

    with pytest.raises(SourceFaultError, match="is no serial port"):
        make(**NUMBERS, port=str(file)).open()


def test_a_port_that_cannot_switch_its_transmitter_is_a_fault(make):
    with pytest.raises(SourceFaultError, match="RS485"):
        make(**NUMBERS, rs485={"delay_before_tx": "1ms"}).open()
