"""``collector modbus scan`` on a line of unknown speed, as far as a pty has speeds."""

import errno
import json
import os
import termios

import pytest
import serial

from collector.cli import main
from collector.clock import SystemClock
from collector_modbus.bus import serial_line
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome

QUICK = ("--timeout", "0.06")


@pytest.fixture
def line():
    with SimulatedBus("rtu", SystemClock()) as made:
        yield made


def scan(line, *options):
    return main(["modbus", "scan", "--port", line.link().port, *options])


def scanned(line, capsys, *options):
    code = scan(line, *options, "--json")
    return code, json.loads(capsys.readouterr().out)


def only_at(bus, speed):
    """Answer soundly at one speed, and garbage at every other, as far as a pty has speeds."""

    def script(request):
        node = os.open(bus.link().port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        now = termios.tcgetattr(node)[4]
        os.close(node)
        return None if now == speed else Outcome(mangle=lambda frame: b"\x00\xfe" * 3)

    return script


def test_the_speed_at_which_a_unit_answers_soundly_is_found(line, capsys):
    line.add(SimulatedDevice(2, script=only_at(line, termios.B19200)))

    code, document = scanned(line, capsys, "--units", "1-2", "--parity", "N", *QUICK)

    assert 0 == code
    [unit] = document["units"]
    assert (19200, "N", 1) == tuple(unit["link"][key] for key in ("baudrate", "parity", "stopbits"))
    assert [] == document["notes"]


def test_garbage_alone_hints_at_another_speed(line, capsys):
    line.add(SimulatedDevice(2, script=only_at(line, termios.B19200)))

    code, document = scanned(
        line, capsys, "--units", "1-2", "--baudrate", "9600", "--parity", "N", *QUICK
    )

    assert 1 == code
    assert document["notes"][0].startswith(
        "9600 8N1: something answers, but not soundly: unit 2 gave no sound answer, but 00 fe"
    )


def test_a_scan_ends_with_the_first_speed_that_fits_unless_all_are_wanted(line, capsys):
    line.add(SimulatedDevice(1))
    options = ("--units", "1", "--baudrate", "9600", "--baudrate", "19200", "--parity", "N")

    _, first = scanned(line, capsys, *options, *QUICK)
    _, every = scanned(line, capsys, *options, *QUICK, "--all-speeds")

    assert [9600] == [unit["link"]["baudrate"] for unit in first["units"]]
    assert [9600, 19200] == [unit["link"]["baudrate"] for unit in every["units"]]


@pytest.fixture
def _no_parity(monkeypatch):
    """Some C libraries tell that a pty has no parity; others keep that to themselves."""
    real = serial.Serial

    def opened(**settings):
        if settings["parity"] != "N":
            raise termios.error(errno.EINVAL, "Invalid argument")
        return real(**settings)

    monkeypatch.setattr(serial_line.serial, "Serial", opened)


@pytest.mark.usefixtures("_no_parity")
def test_a_speed_that_the_port_does_not_have_is_left_out_with_a_note(line, capsys):
    line.add(SimulatedDevice(1))

    code, document = scanned(line, capsys, "--units", "1", "--baudrate", "9600", "--all-speeds")

    assert 0 == code
    assert ["N"] == [unit["link"]["parity"] for unit in document["units"]]
    [note] = document["notes"]
    assert note.startswith(f"9600 8E1: left out: {line.link().port} cannot do this speed, parity")


@pytest.mark.usefixtures("_no_parity")
def test_a_port_that_has_none_of_the_speeds_is_one_line(line, capsys):
    assert 1 == scan(line, "--parity", "E", "--baudrate", "9600")

    out, err = capsys.readouterr()
    assert err.endswith("cannot do this speed, parity or stop bits (Invalid argument)\n")
    assert 1 == len(err.splitlines())
    assert "note" not in out
