"""``collector modbus scan`` where something goes wrong: what is said, and what is kept."""

import json
import signal
import socket
import threading

import pytest
import serial
from modbus_scans import eastron, scan

from collector.cli import main
from collector.clock import SystemClock
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome


def test_answers_that_nobody_asked_for_are_told(line, capsys):
    answered_twice = Outcome(copies=2, split_at=7, pause_s=0.05)
    line.add(SimulatedDevice(1, script=[answered_twice]))
    line.add(SimulatedDevice(2, script=[Outcome(delay_s=0.15)]))

    scan(line, "--units", "1-2", "--timeout", "0.5")

    assert "note: 9600 8N1: 1 answers came that nobody had asked for" in capsys.readouterr().out


def test_a_host_that_serves_somebody_else_is_told_from_one_without_units(capsys):
    with SimulatedBus("tcp", SystemClock()) as bus:
        bus.add(SimulatedDevice(1))
        bus.limit_connections(0)

        assert 1 == scan(bus, "--units", "1-3")

    assert "perhaps it serves one connection at a time" in capsys.readouterr().out


def interrupting(request):
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    return Outcome(silent=True)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_ctrl_c_prints_what_was_found_so_far(line, capsys, options):
    line.add(eastron(1))
    line.add(SimulatedDevice(2, script=interrupting))

    assert 130 == scan(line, "--units", "1-9", "--timeout", "5", *options)

    out, err = capsys.readouterr()
    assert "" == err
    if options:
        document = json.loads(out)
        assert (False, [1]) == (document["complete"], [u["unit_id"] for u in document["units"]])
    else:
        assert "interrupted after 1 questions\n" in out
        assert "\n1     9600 8N1  exception 2" in out
        assert "not asked" in out


def test_ctrl_c_while_units_are_identified_keeps_what_is_known(line, capsys):
    line.add(eastron(1))
    line.add(SimulatedDevice(2, script=[None, Outcome(silent=True)]))
    line.devices[2].follow(
        lambda request: interrupting(request) if request.function == 0x2B else None
    )

    assert 130 == scan(line, "--units", "1-2", "--timeout", "5")

    out = capsys.readouterr().out
    assert 'profile = "eastron-sdm120"' in out
    assert "not asked" in out


def test_a_line_that_is_pulled_out_ends_the_scan_with_what_was_found(line, capsys):
    line.add(SimulatedDevice(1))

    def unplug(request):
        threading.Thread(target=line.stop).start()
        return Outcome(silent=True)

    line.add(SimulatedDevice(2, script=unplug))

    assert 1 == scan(line, "--units", "1-9", "--baudrate", "9600", "--timeout", "5")

    out, err = capsys.readouterr()
    assert "\n1     9600 8N1  data" in out
    assert 1 == len(err.splitlines())
    assert line.address[0] in err


def test_a_taken_port_is_one_line_and_nothing_else(line, capsys):
    port = line.link().port
    with serial.Serial(port, exclusive=True):
        assert 1 == scan(line)

    assert ("", f"collector: {port} is taken by another program\n") == capsys.readouterr()


def test_a_port_that_is_not_there_is_one_line(capsys):
    assert 1 == main(["modbus", "scan", "--port", "/dev/ttyNONE"])

    assert (
        "",
        "collector: /dev/ttyNONE does not exist: is it plugged in?\n",
    ) == capsys.readouterr()


def test_a_host_that_refuses_is_one_line(capsys):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = str(bound.getsockname()[1])

        assert 1 == main(["modbus", "scan", "--host", "127.0.0.1", "--port", port])

    out, err = capsys.readouterr()
    assert ("", 1) == (out, len(err.splitlines()))
    assert f"cannot connect to tcp://127.0.0.1:{port}" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "where? give --port for a serial line, or --host"),
        (["--port", "502"], "--port 502: a port number needs --host"),
        (["--host", "h", "--port", "/dev/x"], "--port: with --host a number from 1 to 65535"),
        (["--host", "h", "--port", "0"], "--port: with --host a number from 1 to 65535"),
        (["--host", "h", "--baudrate", "9600"], "--baudrate is for serial lines, not for --host"),
        (["--port", "/dev/x", "--type", "udp"], "--type udp needs --host"),
        (["--port", "/dev/x", "--units", "0"], "--units: 0 is none of a serial line"),
        (["--port", "/dev/x", "--units", "5-"], "argument --units: '5-' is no unit id or range"),
        (["--port", "/dev/x", "--baudrate", "9"], "argument --baudrate: must be a number from 50"),
        (["--port", "/dev/x", "--parity", "X"], "argument --parity: invalid choice: 'X'"),
        (["--host", "h", "--timeout", "0"], "argument --timeout: must be seconds, such as 0.3"),
        (["--host", "h", "--address", "65536"], "argument --address: must be a number from 0"),
        (["--host", "h", "--register", "x"], "argument --register: invalid choice: 'x'"),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_is_opened(capsys, options, said):
    assert 64 == main(["modbus", "scan", *options])

    out, err = capsys.readouterr()
    assert "" == out
    assert err.startswith(f"collector: {said}")
