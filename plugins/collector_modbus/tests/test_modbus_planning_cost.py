"""What requests cost, against sums by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_modbus.planning.cost import NetworkCost, SerialCost, cost_of
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import NetworkLink, SerialLink, TlsLink


def registers(count):
    return Block(Table.HOLDING, Span(0, count))


def test_a_request_of_rtu_costs_its_characters_two_silences_and_the_turnaround():
    cost = SerialCost(baudrate=9600, character_bits=11)

    # 8 characters there, 5 + 2 x 10 back, 2 x 3.5 of silence.
    assert (8 + 25 + 7) * 11 / 9600 + 0.010 == pytest.approx(cost.of(registers(10)))


def test_bits_are_packed_eight_to_a_byte():
    cost = SerialCost(baudrate=9600, character_bits=10, turnaround_s=0.0)
    nine_coils = Block(Table.COIL, Span(3, 9))

    assert (8 + 5 + 2 + 7) * 10 / 9600 == pytest.approx(cost.of(nine_coils))


@pytest.mark.parametrize(
    ("baudrate", "silence_s"),
    [(9600, 3.5 * 11 / 9600), (19200, 3.5 * 11 / 19200), (38400, 0.00175), (115200, 0.00175)],
)
def test_the_silence_is_of_3_5_characters_up_to_19200_baud_and_then_of_1_75_ms(baudrate, silence_s):
    assert silence_s == pytest.approx(SerialCost(baudrate).silence_s)


def test_ascii_has_two_characters_for_a_byte_and_no_silences():
    cost = SerialCost(baudrate=9600, character_bits=10, framing="ascii", turnaround_s=0.0)

    # ":010300000001FB" CR LF there, ":0103021234B4" CR LF back.
    assert (17 + 15) * 10 / 9600 == pytest.approx(cost.of(registers(1)))


@pytest.mark.parametrize(
    ("framing", "bytesize", "parity", "stopbits", "bits"),
    [
        ("rtu", 8, "N", 1, 10),
        ("rtu", 8, "N", 2, 11),
        ("rtu", 8, "E", 1, 11),
        ("rtu", 8, "O", 2, 12),
        ("ascii", 7, "E", 1, 10),
        ("ascii", 7, "N", 1, 9),
    ],
)
def test_a_character_has_a_start_bit_its_data_its_parity_and_its_stop_bits(
    framing, bytesize, parity, stopbits, bits
):
    link = SerialLink(
        type=framing, port="/dev/ttyS0", bytesize=bytesize, parity=parity, stopbits=stopbits
    )

    assert SerialCost(9600, bits, framing) == cost_of(link)


def test_pauses_of_the_settings_count_for_each_request():
    link = SerialLink(
        type="rtu",
        port="/dev/ttyS0",
        delay_between_requests="20ms",
        rs485=True,
        delay_before_tx="2ms",
        delay_before_rx="1ms",
    )

    cost = cost_of(link)

    assert isinstance(cost, SerialCost)
    assert pytest.approx(0.023) == cost.pause_s


def test_delays_of_rs485_count_only_where_it_is_switched_on():
    link = SerialLink(type="rtu", port="/dev/ttyS0", delay_before_tx="2ms")

    assert SerialCost(9600, 10) == cost_of(link)


@pytest.mark.parametrize(
    "link",
    [
        NetworkLink(type="tcp", host="gateway", delay_between_requests="1ms"),
        NetworkLink(type="rtu-over-tcp", host="gateway", delay_between_requests="1ms"),
        NetworkLink(type="udp", host="gateway", delay_between_requests="1ms"),
        TlsLink(type="tls", host="gateway", delay_between_requests="1ms"),
    ],
)
def test_in_the_network_the_round_trip_is_nearly_all(link):
    cost = cost_of(link)

    assert NetworkCost(0.005, 0.001) == cost
    # 12 bytes there, 9 + 250 back, at 100 Mbit/s.
    assert 0.006 + 271 * 8 / 100e6 == pytest.approx(cost.of(registers(125)))


def test_what_was_measured_takes_the_place_of_what_is_usual():
    serial = cost_of(SerialLink(type="rtu", port="/dev/ttyS0"), turnaround_s=0.003)
    network = cost_of(NetworkLink(type="tcp", host="meter"), turnaround_s=0.0)

    assert SerialCost(9600, 10, turnaround_s=0.003) == serial
    assert NetworkCost(0.0) == network


@pytest.mark.parametrize(
    ("baudrate", "registers_"), [(9600, 14.4), (19200, 18.7)], ids=["9600", "19200"]
)
def test_a_gap_pays_up_to_where_it_takes_as_long_as_a_request(baudrate, registers_):
    cost = SerialCost(baudrate)

    per_register_s = cost.of(registers(2)) - cost.of(registers(1))
    per_request_s = cost.of(registers(1)) - per_register_s

    assert registers_ == pytest.approx(per_request_s / per_register_s, abs=0.05)


@given(
    table=st.sampled_from(Table),
    count=st.integers(1, 124),
    cost=st.sampled_from(
        [SerialCost(9600), SerialCost(115200), SerialCost(9600, 9, "ascii"), NetworkCost()]
    ),
)
def test_a_longer_request_is_never_cheaper(table, count, cost):
    shorter, longer = Block(table, Span(7, count)), Block(table, Span(7, count + 1))

    assert 0 < cost.of(shorter) <= cost.of(longer)
