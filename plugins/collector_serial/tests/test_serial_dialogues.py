"""Devices that have to be asked, over a pty."""

import pytest

from collector import Deadline, SourceUnavailableError
from collector_serial.dialogue.mbus import request_of
from collector_serial.port.port import Port

PTY = {"parity": "N", "bytesize": 8}


@pytest.fixture
def read(make, device, clock):
    """Return what makes a source, lets the device answer and reads once."""

    def read(answers, group="", **settings):
        device.answer(answers)
        source = make(**PTY, **settings)
        source.open()
        readings = list(source.read(group, Deadline.after(clock, 5)))
        return [dict(reading.values) for reading in readings]

    return read


def test_the_request_of_m_bus_is_that_of_the_standard():
    # provenance: EN 13757-2; 5B and 7B differ in the frame count bit
    assert bytes.fromhex("105b015c16") == request_of(1, frame_count_bit=False)
    assert bytes.fromhex("107b027d16") == request_of(2, frame_count_bit=True)


def mbus(address, records):
    body = bytes((8, address, 0x72)) + bytes(12) + bytes.fromhex(records)
    return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


def test_a_meter_with_more_records_is_asked_again_with_the_other_bit(read):
    asked = []

    def answer(request):
        asked.append(request[1])
        return mbus(1, "0113 05 1f" if len(asked) == 1 else "015a 15")

    found = read(answer, format="mbus", address=1)

    assert {"volume": 0.005, "flow_temperature": 2.1} == pytest.approx(*found)
    assert [0x5B, 0x7B] == asked


def test_a_meter_with_another_address_is_not_taken_for_the_one_that_was_asked(read):
    with pytest.raises(SourceUnavailableError, match="comes from address 2"):
        read(
            lambda request: mbus(2, "011305"),
            format="mbus",
            address=1,
            response_timeout="100ms",
        )


READOUT = b"\x021-0:1.8.0*255(000001.0*kWh)\r\n!\r\n\x03"


def sealed(frame):
    check = 0
    for octet in frame[1:]:
        check ^= octet
    return frame + bytes((check,))


@pytest.mark.parametrize(
    ("greeting", "acknowledge", "speeds"),
    [
        (b"/ISK5MT174-0001\r\n", b"\x06050\r\n", [300, 9600]),
        (b"/ISK0MT174-0001\r\n", b"\x06000\r\n", [300, 300]),
        (b"/ISKAMT174-0001\r\n", None, [300, 600]),
        (b"/ISK MT174-0001\r\n", None, [300, 300]),
    ],
)
def test_a_meter_is_read_out_at_the_speed_that_it_names(
    read, monkeypatch, greeting, acknowledge, speeds
):
    asked, set_to = [], []
    set_baudrate = Port.set_baudrate
    monkeypatch.setattr(
        Port,
        "set_baudrate",
        lambda port, speed: (set_to.append(speed), set_baudrate(port, speed)),
    )

    def answer(request):
        asked.append(request)
        if request.startswith(b"/?"):
            return greeting if acknowledge else greeting + sealed(READOUT)
        return sealed(READOUT)

    found = read(answer, format="iec62056-21", device="12345678")

    assert {"import_energy": 3.6e6} == pytest.approx(*found)
    assert [b"/?12345678!\r\n", *([acknowledge] if acknowledge else [])] == asked
    assert speeds == set_to


def test_each_query_has_its_own_metric(read):
    answers = {b"MEAS:VOLT:DC?\n": b"+1.2E+01\n", b"*IDN?\n": b"ACME,1\n", b"X?\n": b"9.9E37\n"}
    requests = [
        {"send": "MEAS:VOLT:DC?\n", "metric": "voltage"},
        {"send": "*IDN?\n", "metric": "idn"},
        {"send": "X?\n", "metric": "current"},
    ]
    fields = [{"metric": "voltage", "unit": "V"}, {"metric": "idn", "type": "string"}]

    found = read(answers.__getitem__, format="scpi", request=requests, field=fields)

    assert [{"voltage": 12.0, "idn": "ACME,1"}] == found


def test_only_the_requests_of_a_group_are_sent(read):
    asked = []

    def answer(request):
        asked.append(request)
        return b"1\n"

    requests = [{"send": "A\n", "metric": "a"}, {"send": "B\n", "metric": "b", "group": "slow"}]
    found = read(answer, group="slow", format="scpi", request=requests, intervals={"slow": "5min"})

    assert [{"b": 1.0}] == found
    assert [b"B\n"] == asked


def test_what_switches_a_device_on_is_sent_once_after_opening(listen, device):
    start = {"send": "START\r\n", "at_open": True}
    listening = listen(format="number", request=[start])

    assert b"START\r\n" == device.receive()
    device.send(b"\n5\n")
    assert [{"value": 5.0}] == listening.wait_for(1)


def test_a_device_without_a_value_now_is_not_unavailable(read):
    assert [] == read(lambda request: b"S +\r\n", format="mt-sics")


def test_damaged_frames_are_published_if_wanted(read):
    answers = iter([b"S x\r\n", b"S S     100.00 g\r\n"])

    [found] = read(
        lambda request: next(answers),
        format="mt-sics",
        count_frames=True,
        response_timeout="100ms",
    )

    assert found["damaged_frames"] == 1.0


def test_a_read_ends_with_its_deadline(make, clock):
    source = make(**PTY, format="mt-sics", response_timeout="60s")
    source.open()
    deadline = Deadline.after(clock, 0.3)

    with pytest.raises(SourceUnavailableError):
        source.read("", deadline)

    assert clock.monotonic_s() - deadline.at_s < 0.5


def test_a_source_that_is_not_open_is_unavailable(make, clock):
    with pytest.raises(SourceUnavailableError, match="is not open"):
        make(format="mt-sics").read("", Deadline.after(clock, 1))
    with pytest.raises(SourceUnavailableError, match="is not open"):
        make(format="nmea").listen(lambda reading: None, None)
