"""``collector modbus scan`` against simulated devices, over real connections and a real pty."""

import json
import struct
import threading
import tomllib

import pytest
from modbus_scans import eastron, scan

from collector.clock import SystemClock
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


def test_a_device_that_describes_itself_is_recognised_by_its_mark(bus, capsys):
    registers = DeviceRegisters(strict=True)
    registers.set_words(Table.HOLDING, 40000, struct.unpack(">HH", b"SunS"))
    bus.add(SimulatedDevice(1, registers=registers))

    _, document = scanned(bus, capsys, "--units", "1")

    [unit] = document["units"]
    assert [{"name": "sunspec", "by": "SunS at holding 40000-40001", "exact": True}] == unit[
        "profiles"
    ]
    assert 'profile = "sunspec"' in unit["config"]


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
