"""``collector modbus scan`` against simulated devices, over real connections and a real pty."""

import errno
import json
import os
import signal
import socket
import struct
import termios
import threading
import tomllib

import pytest
import serial

from collector.cli import main
from collector.clock import SystemClock
from collector_modbus.bus import serial_line
from collector_modbus.registers.table import Table
from collector_modbus.settings.simulate import SimulateSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import Identification, SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome
from collector_modbus.simulator.registers import DeviceRegisters

READS = {1, 2, 3, 4, 8, 17, 43}
METER = Identification(vendor="Schneider Electric", product_code="iEM3155", revision="1.2")
QUICK = ("--timeout", "0.06")


@pytest.fixture(params=["tcp", "rtu", "rtu-over-tcp", "udp"])
def bus(request):
    with SimulatedBus(request.param, SystemClock()) as made:
        yield made


@pytest.fixture
def line():
    with SimulatedBus("rtu", SystemClock()) as made:
        yield made


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


def scanned(bus, capsys, *options):
    code = scan(bus, *options, "--json")
    return code, json.loads(capsys.readouterr().out)


# -- who is there -------------------------------------------------------------------------------


def test_units_are_found_over_every_transport_and_nothing_but_reads_is_sent(bus, capsys):
    bus.add(eastron(3))
    bus.add(SimulatedDevice(7, identification=METER))
    bus.add(SimulatedDevice(8, simulate=SimulateSettings(dead=True)))

    code, document = scanned(bus, capsys, "--units", "1-8", *QUICK)

    assert 0 == code
    assert [3, 7] == [unit["unit_id"] for unit in document["units"]]
    assert {request.function for request in bus.requests} <= READS


def test_a_refusal_counts_as_being_there_and_that_of_a_gateway_does_not(capsys):
    with SimulatedBus("tcp", SystemClock()) as bus:
        for unit_id, code in ((1, 1), (2, 2), (3, 6), (4, 10), (5, 11)):
            bus.add(SimulatedDevice(unit_id, script=[Outcome(exception=code)]))

        _, document = scanned(bus, capsys, "--units", "1-6")

    assert {
        1: "exception 1 (illegal function)",
        2: "exception 2 (illegal data address)",
        3: "exception 6 (server device busy)",
    } == {unit["unit_id"]: unit["answer"] for unit in document["units"]}


def test_each_unit_is_asked_for_what_the_options_say(line):
    line.add(SimulatedDevice(1))

    scan(line, "--units", "1", "--register", "input", "--address", "0x46")

    assert "input 70" == str(line.requests[0].block)


def test_a_unit_that_answers_late_is_asked_again_with_more_patience(line, capsys):
    late = Outcome(delay_s=0.2)
    line.add(SimulatedDevice(1, script=[late, late]))

    code, document = scanned(line, capsys, "--units", "1-6", "--baudrate", "9600", *QUICK)

    assert 0 == code
    [unit] = document["units"]
    assert 1 == unit["unit_id"]
    assert unit["took_s"] > 0.15


def test_nobody_there_leaves_with_1_and_what_to_try(line, capsys):
    assert 1 == scan(line, "--units", "1-2", "--baudrate", "9600", "--parity", "N", *QUICK)

    shown = capsys.readouterr().out
    assert "no unit answers\nnote: look at the device's supply" in shown


def test_a_device_that_answers_to_every_unit_id_is_shown_once(capsys):
    with SimulatedBus("tcp", SystemClock()) as bus:
        for unit_id in range(1, 41):
            bus.add(SimulatedDevice(unit_id))

        _, document = scanned(bus, capsys, "--units", "1-40")

    assert [1] == [unit["unit_id"] for unit in document["units"]]
    assert "tcp: all 40 units answer: that is one device" in document["notes"][0]


def test_a_host_that_hangs_up_on_units_that_it_does_not_have_is_searched_to_the_end(capsys):
    with SimulatedBus("tcp", SystemClock()) as bus:

        def hang_up(request):
            threading.Thread(target=bus.close_connections).start()
            return Outcome(silent=True)

        for unit_id in (1, 2):
            bus.add(SimulatedDevice(unit_id, script=hang_up))
        bus.add(SimulatedDevice(3))

        code, document = scanned(bus, capsys, "--units", "1-3")

    assert (0, [3]) == (code, [unit["unit_id"] for unit in document["units"]])


# -- at which speed -----------------------------------------------------------------------------


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


# -- what they are ------------------------------------------------------------------------------


def test_what_a_device_says_of_itself_finds_its_profile(bus, capsys):
    bus.add(SimulatedDevice(1, identification=METER))

    _, document = scanned(bus, capsys, "--units", "1")

    [unit] = document["units"]
    assert {"0": "Schneider Electric", "1": "iEM3155", "2": "1.2"} == unit["identification"]
    assert [{"name": "schneider-iem3000", "by": "text 'iEM3'", "exact": True}] == unit["profiles"]


def test_registers_find_the_profiles_of_a_device_that_says_nothing(bus, capsys):
    bus.add(eastron(1))

    _, document = scanned(bus, capsys, "--units", "1")

    [unit] = document["units"]
    expected = ["eastron-sdm120", "eastron-sdm230", "eastron-sdm630"]
    assert expected == [profile["name"] for profile in unit["profiles"]]
    assert {"input 70-71"} == {profile["by"] for profile in unit["profiles"]}


def test_a_long_identification_is_read_over_several_answers(bus, capsys):
    long = Identification(**{name: letter * 120 for name, letter in zip(
        ("vendor", "product_code", "revision", "product_name"), "abcd", strict=True)})  # fmt: skip
    bus.add(SimulatedDevice(1, identification=long))

    _, document = scanned(bus, capsys, "--units", "1")

    texts = document["units"][0]["identification"]
    assert {"0": "a" * 120, "1": "b" * 120, "2": "c" * 120, "4": "d" * 120} == texts


def test_the_table_and_the_suggested_lines_are_printed(line, capsys):
    line.add(eastron(3))
    line.add(SimulatedDevice(4, identification=Identification(server_id="PLC 7")))

    assert 0 == scan(line, "--units", "1-4", *QUICK)

    shown = capsys.readouterr().out
    first, header, meter, plc, *_ = shown.splitlines()
    port = line.link().port
    assert first.startswith(
        f"serial://{port}: asking 4 units at 8 speeds, until one answers; takes"
    )
    assert ["UNIT", "LINK", "ANSWER", "TIME", "DEVICE", "PROFILE"] == header.split()
    assert meter.startswith("3     9600 8N1  exception 2 (illegal data address)")
    assert meter.endswith("eastron-sdm120, eastron-sdm230, eastron-sdm630")
    assert "PLC 7" in plc
    [source] = tomllib.loads(shown[shown.index("[[source]]") :])["source"]
    assert (3, "eastron-sdm120", port) == (
        source["unit_id"],
        source["profile"],
        source["link"]["port"],
    )
    assert f"#   collector modbus read --port {port} --baudrate 9600 --parity N --unit 4" in shown


# -- what goes wrong ----------------------------------------------------------------------------


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
