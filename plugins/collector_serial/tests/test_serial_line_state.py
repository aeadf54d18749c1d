"""The state of the line: parity, what is not sent yet, and descriptors."""

import termios
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector_serial.port.opening import PortOptions
from collector_serial.port.port import Port

INPUT_FLAGS = 0


def _descriptors():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def input_flags(port):
    return termios.tcgetattr(port._serial.fileno())[INPUT_FLAGS]


@pytest.mark.parametrize("parity", ["E", "O"])
def test_a_byte_with_a_wrong_parity_is_marked_and_not_passed_off_as_right(device, parity):
    port = Port(PortOptions(path=device.path, baudrate=9600, bytesize=7, parity=parity))

    assert input_flags(port) & termios.INPCK
    assert not input_flags(port) & termios.IGNPAR
    port.close()


def test_a_line_without_parity_checks_none(device):
    port = Port(PortOptions(path=device.path, baudrate=9600))

    assert not input_flags(port) & termios.INPCK
    port.close()


def test_parity_is_checked_also_after_the_line_was_set_anew(device):
    options = PortOptions(path=device.path, baudrate=9600, bytesize=7, parity="E")
    port = Port(options)
    port.set_as(replace(options, baudrate=300))
    port.set_baudrate(4800)

    assert input_flags(port) & termios.INPCK
    port.close()


def test_a_digit_whose_parity_was_wrong_makes_its_line_worthless(listen, device):
    # with INPCK the driver gives a NUL in the place of a byte with a wrong parity
    at_work = listen(format="number", bytesize=7, parity="E", field=[{"metric": "weight"}])
    device.send(b"\n21.5\n\x0021.6\n\x001.7\n21.\x00\n21.\x000\n21.8\n")

    assert [{"weight": 21.5}, {"weight": 21.8}] == at_work.wait_for(2)


def test_what_a_device_does_not_take_does_not_hold_up_the_close(device, monkeypatch):
    port = Port(PortOptions(path=device.path, baudrate=9600))
    calls = []
    monkeypatch.setattr(serial.Serial, "reset_output_buffer", lambda _self: calls.append("flush"))
    close = serial.Serial.close
    monkeypatch.setattr(serial.Serial, "close", lambda self: calls.append("close") or close(self))

    port.close()

    assert ["flush", "close"] == calls[:2]


def test_a_port_that_did_not_take_a_setting_is_not_believed_to_have_it(device, monkeypatch):
    port = Port(PortOptions(path=device.path, baudrate=9600))
    monkeypatch.setattr(
        serial.Serial, "_reconfigure_port", lambda *_a, **_k: (_ for _ in ()).throw(ValueError("x"))
    )

    with pytest.raises(SourceFaultError):
        port.set_as(PortOptions(path=device.path, baudrate=1234))
    assert port.has_failed
    port.close()


def test_opening_and_failing_over_and_over_keeps_no_descriptor(make, device, clock):
    source = make(format="mt-sics", response_timeout="1ms", retries=0)
    gone = make(format="mt-sics", port="/dev/none")
    before = _descriptors()
    for _ in range(200):
        source.open()
        with pytest.raises(SourceUnavailableError):
            source.read("", Deadline.after(clock, 0.001))
        source.close()
        with pytest.raises(SourceUnavailableError):
            gone.open()
        gone.close()

    assert before == _descriptors()
