"""The real source against simulated devices: bytes on ptys, frames on loopback, real TLS."""

import contextlib
import os
import ssl
import tty

import pytest
from mqtt.certificates import Authority

from collector import Deadline, SourceContext, SourceFaultError, SourceUnavailableError
from collector.clock import SystemClock
from collector_modbus.bus.buses import Buses, make_bus
from collector_modbus.errors import NoAnswerError
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import NetworkLink, SerialLink
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome
from collector_modbus.source import ModbusSource
from collector_modbus.unit import Unit

CLOCK = SystemClock()
PLAIN_LINKS = ("rtu", "ascii", "tcp", "rtu-over-tcp", "udp")
POINTS = [
    {"metric": "voltage", "register": "input", "address": 0, "type": "float32"},
    {"metric": "state", "address": 100},
    {"metric": "relay", "register": "coil", "address": 3},
    {"metric": "door", "register": "discrete", "address": 9},
]
VALUES = {"voltage": 230.5, "state": 7.0, "relay": True, "door": True}


def device(unit_id=1):
    made = SimulatedDevice(unit_id)
    made.registers.set_words(Table.INPUT, 0, [0x4366, 0x8000])  # 230.5 as a 32-bit float
    made.registers.set_words(Table.HOLDING, 100, [7])
    made.registers.set_bits(Table.COIL, 0, [False, False, False, True])
    made.registers.set_bits(Table.DISCRETE, 9, [True])
    return made


@contextlib.contextmanager
def source_on(link, buses=None, *, unit_id=1, points=POINTS, **table):
    plain = {"type": "tcp", "host": "replaced"}
    settings = ModbusSettings.model_validate(
        {"link": plain, "unit_id": unit_id, "point": points, **table}
    ).model_copy(update={"link": link})
    context = SourceContext("meter", "meter", 1.0, CLOCK)
    bus = (buses or Buses()).of(settings.link, CLOCK)
    made = ModbusSource(settings, points_of(settings, None), context, Unit(settings, bus))
    made.open()
    try:
        yield made
    finally:
        made.close()


def read(source, seconds=10.0):
    readings = source.read("", Deadline.after(CLOCK, seconds))
    return dict(readings[0].values) if readings else {}


@pytest.mark.parametrize("kind", PLAIN_LINKS)
def test_all_four_tables_are_read_over_every_transport(kind):
    with SimulatedBus(kind, CLOCK) as bus:
        bus.add(device())

        with source_on(bus.link()) as source:
            assert VALUES == read(source)
            assert VALUES == read(source)


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_device_with_tls_is_read_and_both_sides_know_each_other(tmp_path, is_strict):
    authority = Authority(tmp_path / "ca", is_strict=is_strict)
    server, client = authority.issue("device"), authority.issue("collector")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate_file, server.key_file)
    context.load_verify_locations(authority.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    files = {
        "ca_file": authority.ca_file,
        "certificate_file": client.certificate_file,
        "key_file": client.key_file,
    }

    with SimulatedBus("tls", CLOCK, tls=context) as bus:
        bus.add(device())
        with source_on(bus.link().model_copy(update=files)) as source:
            assert VALUES == read(source)


def test_a_device_whose_certificate_is_not_trusted_is_not_read(tmp_path):
    ours, theirs = Authority(tmp_path / "ours", "ours"), Authority(tmp_path / "theirs", "theirs")
    pair = theirs.issue("device")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate_file, pair.key_file)

    with SimulatedBus("tls", CLOCK, tls=context) as bus:
        bus.add(device())
        link = bus.link().model_copy(update={"ca_file": ours.ca_file})
        with (
            source_on(link) as source,
            pytest.raises(SourceUnavailableError, match="its certificate is not trusted"),
        ):
            read(source)


def test_a_missing_authority_needs_a_human(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with SimulatedBus("tls", CLOCK, tls=context) as bus:
        link = bus.link().model_copy(update={"ca_file": tmp_path / "none.crt"})
        with source_on(link) as source, pytest.raises(SourceFaultError, match="ca_file"):
            read(source)


@pytest.mark.parametrize("kind", ["rtu", "tcp"])
def test_several_units_on_one_link_share_one_connection(kind):
    with SimulatedBus(kind, CLOCK) as bus:
        for unit_id in (1, 2, 3):
            bus.add(device(unit_id)).registers.set_words(Table.HOLDING, 100, [unit_id])
        if kind == "tcp":
            bus.limit_connections(1)
        buses = Buses()

        with contextlib.ExitStack() as stack:
            sources = [
                stack.enter_context(source_on(bus.link(), buses, unit_id=unit_id))
                for unit_id in (1, 2, 3)
            ]
            assert [1.0, 2.0, 3.0] == [read(source)["state"] for source in sources]


def test_a_gateway_that_restarts_is_read_again_with_the_next_read():
    with SimulatedBus("tcp", CLOCK) as bus:
        bus.add(device())
        with source_on(bus.link()) as source:
            read(source)
            bus.close_connections()

            with pytest.raises(SourceUnavailableError, match=r"closed the connection|broke"):
                read(source)
            assert VALUES == read(source)


def test_a_gateway_that_refuses_is_told_and_read_again_two_seconds_later():
    with SimulatedBus("tcp", CLOCK) as bus:
        bus.add(device())
        bus.stop_accepting()
        with source_on(bus.link()) as source:
            with pytest.raises(SourceUnavailableError, match="cannot connect to tcp://") as caught:
                read(source)
            bus.accept_again()

            assert caught.value.retry_in_s == 2.0


def test_a_gateway_that_hangs_is_given_up_and_read_again_when_it_goes_on():
    with SimulatedBus("tcp", CLOCK) as bus:
        bus.add(device())
        link = bus.link().model_copy(update={"response_timeout": 0.1})
        with source_on(link) as source:
            read(source)
            bus.freeze()
            with pytest.raises(SourceUnavailableError, match="did not answer"):
                read(source)
            bus.thaw()

            assert VALUES == read(source)


def test_nobody_listening_on_a_udp_port_is_told():
    with SimulatedBus("udp", CLOCK) as bus:
        link = bus.link().model_copy(update={"response_timeout": 0.2})
    with source_on(link) as source, pytest.raises(SourceUnavailableError, match="udp://"):
        read(source)


def test_a_late_answer_on_a_real_line_is_never_another_registers_value():
    with SimulatedBus("rtu", CLOCK) as bus:
        late = bus.add(SimulatedDevice(1))
        late.registers.set_words(Table.HOLDING, 0, list(range(1000, 1100)))
        late.follow(lambda request: Outcome(delay_s=0.05 if request.number % 3 == 0 else 0.0))
        client = make_bus(bus.link().model_copy(update={"response_timeout": 0.03}), CLOCK)
        client.join(1)
        values = []

        for address in range(60):
            with contextlib.suppress(NoAnswerError):
                block = Block(Table.HOLDING, Span(address, 1))
                data = client.read(1, block, Deadline.after(CLOCK, 5))
                values.append((1000 + address, int.from_bytes(data, "big")))
        client.leave(1)

    assert len(values) > 20
    assert [] == [pair for pair in values if pair[0] != pair[1]]


def test_a_port_that_is_not_there_is_told_with_its_name():
    with SimulatedBus("rtu", CLOCK) as bus:
        link = bus.link().model_copy(update={"port": "/dev/ttyNOTHERE"})
    with (
        source_on(link) as source,
        pytest.raises(
            SourceUnavailableError, match=r"/dev/ttyNOTHERE does not exist: is it plugged"
        ),
    ):
        read(source)


def test_a_file_that_is_no_port_is_told():
    link = SerialLink(type="rtu", port="/dev/null")

    with source_on(link) as source, pytest.raises(SourceFaultError, match="is no serial port"):
        read(source)


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_what_can_be_no_name_of_a_host_is_told(kind):
    link = NetworkLink(type=kind, host="gateway..local")

    with (
        source_on(link) as source,
        pytest.raises(SourceUnavailableError, match=r"gateway\.\.local:502: that is no name"),
    ):
        read(source)


def test_a_port_that_another_program_has_is_told():
    with SimulatedBus("rtu", CLOCK) as bus:
        bus.add(device())
        with source_on(bus.link()) as first:
            read(first)
            with (
                source_on(bus.link()) as second,
                pytest.raises(SourceUnavailableError, match="is taken by another program"),
            ):
                read(second)


def test_a_line_that_is_pulled_out_is_gone_and_read_again_when_it_is_back(tmp_path):
    port = tmp_path / "by-id"
    with SimulatedBus("rtu", CLOCK) as bus:
        bus.add(device())
        port.symlink_to(bus.link().port)
        link = bus.link().model_copy(update={"port": str(port), "response_timeout": 0.2})
        buses = Buses()
        with source_on(link, buses) as source:
            read(source)
            bus.stop()

            with pytest.raises(SourceUnavailableError, match=r"by-id is gone|does not exist"):
                read(source)

        with SimulatedBus("rtu", CLOCK) as again:
            again.add(device())
            port.unlink()
            port.symlink_to(again.link().port)
            with source_on(link, buses) as source:
                assert VALUES == read(source)


def test_a_line_that_does_not_take_bytes_is_told_instead_of_waited_for():
    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        with SimulatedBus("rtu", CLOCK) as bus:
            link = bus.link().model_copy(
                update={"port": os.ttyname(theirs), "response_timeout": 0.05}
            )
        with source_on(link) as source:
            for _ in range(3):
                with pytest.raises(SourceUnavailableError):
                    read(source, seconds=0.2)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_driver_that_cannot_switch_rs485_is_a_fault_that_says_what_to_do():
    with SimulatedBus("rtu", CLOCK) as bus:
        link = bus.link().model_copy(update={"rs485": True})
        with source_on(link) as source, pytest.raises(SourceFaultError, match="leave rs485 out"):
            read(source)
