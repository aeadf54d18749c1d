"""``collector modbus read`` against simulated devices, over real connections and a real pty."""

import json
import re
import struct
import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cli import main
from collector.cli.command_context import Context
from collector.clock import SystemClock
from collector_modbus.decoding.interpretations import matching
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome
from collector_modbus.simulator.registers import DeviceRegisters

READS = {1, 2, 3, 4, 8, 17, 43}


@pytest.fixture(params=["tcp", "rtu", "rtu-over-tcp", "udp"])
def bus(request):
    with SimulatedBus(request.param, SystemClock()) as made:
        yield made


@pytest.fixture
def gateway():
    with SimulatedBus("tcp", SystemClock()) as made:
        yield made


def holding(words, address=52, unit_id=1):
    """A device with these holding registers, and no others."""
    registers = DeviceRegisters(strict=True)
    registers.set_words(Table.HOLDING, address, words)
    return SimulatedDevice(unit_id, registers=registers)


def where(bus):
    link = bus.link()
    if link.type == "rtu":
        return ["--port", link.port]
    return ["--host", link.host, "--port", str(link.port), "--type", link.type]


def read(bus, *options):
    return main(["modbus", "read", *where(bus), *options])


def rows(shown):
    """The printed tables: each line as its words."""
    return [line.split() for line in shown.splitlines()]


# -- what is printed ----------------------------------------------------------------------------


def test_the_registers_and_all_that_they_could_mean_are_printed(bus, capsys):
    bus.add(holding([0x4366, 0x6666, 0, 0]))

    assert 0 == read(bus, "--address", "52")

    shown = capsys.readouterr().out
    assert shown.startswith(f"{bus.link().key} unit 1, holding 52-55\nADDRESS  HEX ")
    assert ["52", "4366", "17254", "Cf"] in rows(shown)
    assert ["float32", "52-53", "230.4", "-", "-", "-"] in rows(shown)
    assert ["uint16", "52", "17254", "-", "26179", "-"] in rows(shown)
    assert ["uint32", "52-53", "1130784358", "1717977958", "1715693158", "1717986883"] in rows(
        shown
    )
    assert [Block(Table.HOLDING, Span(52, 4))] == [request.block for request in bus.requests]


def test_the_options_say_whom_to_ask_for_what(gateway, capsys):
    device = gateway.add(SimulatedDevice(9))
    device.registers.set_words(Table.INPUT, 0x10, [0x4142])

    assert 0 == read(
        gateway, "--unit", "9", "--register", "input", "--address", "0x10", "--count=1"
    )

    assert ["16", "4142", "16706", "AB"] in rows(capsys.readouterr().out)
    [request] = gateway.requests
    assert (9, Block(Table.INPUT, Span(16, 1))) == (request.unit_id, request.block)


@pytest.mark.parametrize(("table", "name"), [(Table.COIL, "coil"), (Table.DISCRETE, "discrete")])
def test_coils_and_discrete_inputs_show_bits(bus, capsys, table, name):
    device = bus.add(SimulatedDevice(1))
    device.registers.set_bits(table, 8, [True, False, False, True, *[False] * 5, True])

    assert 0 == read(bus, "--register", name, "--address", "8", "--count", "10")

    shown = capsys.readouterr().out
    states = ["on", "off", "off", "on", *["off"] * 5, "on"]
    assert [[str(8 + n), state] for n, state in enumerate(states)] == rows(shown)[2:]


def test_a_long_read_shows_all_registers_and_understands_the_first(gateway, capsys):
    gateway.add(holding(range(100, 225), address=0))

    assert 0 == read(gateway, "--address", "0", "--count", "125", "--shown", "0.1")

    assert ["124", "00E0", "224", ".."] in rows(capsys.readouterr().out)


def test_json_has_the_registers_and_the_interpretations(bus, capsys):
    bus.add(holding([0x4366, 0x6666, 0, 0]))

    assert 0 == read(bus, "--address", "52", "--json")

    document = json.loads(capsys.readouterr().out)
    assert [0x4366, 0x6666, 0, 0] == document["registers"]
    assert ("holding", 52, 4) == (document["register"], document["address"], document["count"])
    [first] = [each for each in document["interpretations"] if each["type"] == "float32"]
    assert ("big", "big", 1.0) == (first["word_order"], first["byte_order"], first["scale"])
    assert 'type = "float32"' in first["config"]


# -- what is shown on the display ---------------------------------------------------------------

ORDERS = [("big", "big"), ("little", "big"), ("big", "little"), ("little", "little")]


def sent(data, word_order, byte_order):
    """Registers that hold a big-endian value in another order, by hand."""
    words = [data[at : at + 2] for at in range(0, len(data), 2)]
    words = words[::-1] if word_order == "little" else words
    return [int.from_bytes(word, byte_order) for word in words]


@pytest.mark.parametrize("orders", ORDERS)
@pytest.mark.parametrize(
    ("data", "shown", "meant"),
    [
        ("43666666", "230.4", ("float32", 1.0)),
        ("00038400", "230.4", ("uint32", 0.001)),
        ("ffdcd800", "-230400.0", ("int32", 0.1)),
        ("406ccccccccccccd", "230.4", ("float64", 1.0)),
    ],
)
def test_the_order_that_gives_what_the_display_shows_comes_first(
    gateway, capsys, data, shown, meant, orders
):
    words = sent(bytes.fromhex(data), *orders)
    gateway.add(holding(words))

    code = read(gateway, "--address", "52", "--count", str(len(words)), "--shown", shown, "--json")

    assert 0 == code
    first, *_ = json.loads(capsys.readouterr().out)["interpretations"]
    assert meant == (first["type"], first["scale"])
    assert orders == (first["word_order"], first["byte_order"])


def test_several_matches_are_told_apart_by_another_value(gateway, capsys):
    gateway.add(holding([0xFE0C, 0xFFFF]))

    assert 0 == read(gateway, "--address", "52", "--count", "2", "--shown", "-50.0")

    shown = capsys.readouterr().out
    assert ["int16", "-", "big", "0.1", "52", "-50.0"] in rows(shown)
    assert ["int32", "little", "big", "0.1", "52-53", "-50.0"] in rows(shown)
    assert "note: 2 ways give -50.0; read again when the display shows something else\n" in shown


@given(
    st.floats(min_value=-9999, max_value=9999, width=32).filter(lambda value: abs(value) >= 1),
    st.sampled_from(ORDERS),
)
def test_any_measured_value_is_found_in_its_order(value, orders):
    words = sent(struct.pack(">f", value), *orders)

    found = matching(b"".join(word.to_bytes(2, "big") for word in words), f"{value:.2f}")

    assert ("float32", *orders) in [(m.type_name, m.word_order, m.byte_order) for m in found]


def test_the_lines_for_the_first_match_are_what_a_configuration_takes(bus, capsys):
    bus.add(holding([0x8400, 0x0003, 0, 0]))

    assert 0 == read(bus, "--address", "52", "--shown", "230,4")

    shown = capsys.readouterr().out
    assert ["uint32", "little", "big", "0.001", "52-53", "230.4"] in rows(shown)
    toml = tomllib.loads(f"[[source]]\n{shown[shown.index('[[source.point]]') :]}")
    link = {"type": "tcp", "host": "x"}
    [point] = ModbusSettings.model_validate({"link": link, **toml["source"][0]}).points
    assert (52, "uint32", "little", 0.001) == (
        point.address,
        point.type_name,
        point.word_order,
        point.scale,
    )


def test_nothing_that_matches_leaves_with_1_and_what_to_try(gateway, capsys):
    gateway.add(holding([1, 2, 3, 4]))

    assert 1 == read(gateway, "--address", "52", "--shown", "230.4")

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("nothing at holding 52-55 gives 230.4: manuals often count from 1")
    assert "--address 51" in last


def test_nothing_that_matches_leaves_with_1_in_json_too(gateway, capsys):
    gateway.add(holding([1, 2, 3, 4]))

    assert 1 == read(gateway, "--address", "52", "--shown", "230.4", "--json")
    assert [] == json.loads(capsys.readouterr().out)["interpretations"]


@pytest.fixture
def typing(monkeypatch):
    """Somebody sits at the terminal and types this line."""

    def type_it(line):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr(Context, "ask", lambda self, question, *, instead: line)

    return type_it


@pytest.mark.parametrize(("typed", "code"), [("230.4", 0), ("77", 1), ("", 0)])
def test_on_a_terminal_it_asks_what_the_display_shows(gateway, capsys, typing, typed, code):
    gateway.add(holding([0x4366, 0x6666, 0, 0]))
    typing(typed)

    assert code == read(gateway, "--address", "52")
    assert ("[[source.point]]" in capsys.readouterr().out) == (typed == "230.4")


def test_what_is_typed_has_to_be_a_number(gateway, capsys, typing):
    gateway.add(holding([0x4366, 0x6666, 0, 0]))
    typing("about 230")

    assert 64 == read(gateway, "--address", "52")
    assert "must be a number as the device shows it: 230.4" in capsys.readouterr().err


# -- devices that refuse ------------------------------------------------------------------------


def test_where_four_are_refused_two_are_asked_for(bus, capsys):
    bus.add(holding([0x4366, 0x6666]))

    assert 0 == read(bus, "--address", "52", "--shown", "230.4")

    assert "note: it gives no more than that, and not holding 52-55" in capsys.readouterr().out
    assert [4, 2] == [request.block.span.count for request in bus.requests]


def test_a_device_that_refuses_even_one_is_one_line(bus, capsys):
    bus.add(holding([1], address=7))

    assert 1 == read(bus, "--address", "52")

    said = "collector: unit 1 refuses holding 52: exception 2 (illegal data address)\n"
    assert ("", said) == capsys.readouterr()
    assert [4, 2, 1] == [request.block.span.count for request in bus.requests]


def test_what_no_shorter_read_can_help_is_not_asked_again(gateway, capsys):
    gateway.add(SimulatedDevice(1, script=lambda request: Outcome(exception=1)))

    assert 1 == read(gateway, "--address", "52")
    assert 1 == gateway.request_count


def test_an_answer_that_was_lost_is_asked_for_once_more(bus):
    bus.add(SimulatedDevice(1, script=[Outcome(silent=True)]))

    assert 0 == read(bus, "--address", "52", "--timeout", "0.1")
    assert {request.function for request in bus.requests} <= READS


def test_a_unit_that_does_not_answer_is_one_line(bus, capsys):
    bus.add(SimulatedDevice(1, script=lambda request: Outcome(silent=True)))

    assert 1 == read(bus, "--address", "52", "--timeout", "0.05")

    out, err = capsys.readouterr()
    assert ("", 1) == (out, len(err.splitlines()))
    [waited_s] = re.findall(r"unit 1 did not answer within (\d\.\d\d) s\n", err)
    assert 0.05 <= float(waited_s) < 1  # the limit, and not that of the next longer read
    assert {request.function for request in bus.requests} <= READS


def test_the_last_address_is_read_alone(gateway):
    gateway.add(SimulatedDevice(1))

    assert 0 == read(gateway, "--address", "65535")
    assert Block(Table.HOLDING, Span(65535, 1)) == gateway.requests[0].block
