"""Devices that answer late, or after another than the one that was asked."""

import os
import threading

import pytest

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector_serial import connection
from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings

VOLTAGE_AND_CURRENT = {
    "format": "scpi",
    "request": [{"send": "V?\n", "metric": "voltage"}, {"send": "I?\n", "metric": "current"}],
    "retries": 0,
}


def mbus(address, records):
    body = bytes((8, address, 0x72)) + bytes(12) + bytes.fromhex(records)
    return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


@pytest.mark.parametrize("is_reopened", [False, True])
def test_a_late_answer_is_not_taken_for_that_to_the_next_request(make, device, clock, is_reopened):
    never = threading.Event()

    def answer_late(heard):
        never.wait(0.06)
        return b"".join(b"1\n" if asked == b"V?" else b"2\n" for asked in heard.split())

    device.answer(answer_late)
    source = make(**VOLTAGE_AND_CURRENT, response_timeout="40ms")
    source.open()
    seen = set()
    for _ in range(20):
        try:
            for reading in source.read("", Deadline.after(clock, 0.05)):
                seen |= set(reading.values.items())
        except SourceUnavailableError:
            if is_reopened:
                source.close()
                source.open()

    assert seen <= {("voltage", 1.0), ("current", 2.0)}


def test_a_second_telegram_without_a_value_does_not_cost_the_first(make, device, clock):
    asked = []

    def answer(heard):
        asked.append(heard)
        return mbus(1, "0113 05 1f" if len(asked) == 1 else "4113 07")  # 41: a stored volume

    device.answer(answer)
    source = make(format="mbus", address=1, parity="N")
    source.open()

    [reading] = source.read("", Deadline.after(clock, 5))

    assert {"volume": 0.005} == reading.values


def test_no_source_of_a_port_reads_another_adapter_that_was_plugged_in(
    device, context, clock, monkeypatch, tmp_path
):
    here = ["A1"]
    monkeypatch.setattr(connection, "serial_number_of", lambda _path: here[0])
    port = tmp_path / "ttyUSB0"
    port.symlink_to(device.path)
    ports = Ports()
    sources = [
        make_source(
            SerialSettings(
                port=str(port),
                format="scpi",
                request=[{"send": f"{word}?\n", "metric": word}],
                usb_serial_number="A1",
                response_timeout="100ms",
            ),
            context,
            ports,
        )
        for word in ("voltage", "current")
    ]
    for source in sources:
        source.open()
    another, other_slave = os.openpty()
    os.write(another, b"99\n")
    port.unlink()
    port.symlink_to(os.ttyname(other_slave))
    device.unplug()
    here[0] = "B2"

    with pytest.raises(SourceUnavailableError):
        sources[0].read("", Deadline.after(clock, 1))
    sources[0].close()
    with pytest.raises((SourceUnavailableError, SourceFaultError)):
        sources[1].read("", Deadline.after(clock, 1))
    sources[1].close()

    with pytest.raises(SourceFaultError, match="is the adapter 'B2', not 'A1'"):
        sources[1].open()
    assert b"?" not in _pending(another)
    os.close(another)
    os.close(other_slave)


def _pending(descriptor):
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, 100)
    except BlockingIOError:
        return b""


def test_a_device_is_asked_again_although_a_read_is_shorter_than_its_answer_may_take(
    make, device, clock
):
    answers = iter([b"", b"1\n", b"2\n", b"3\n", b"4\n"])
    device.answer(lambda _heard: next(answers))
    source = make(
        format="scpi",
        request=[{"send": "V?\n", "metric": "voltage"}],
        response_timeout="100ms",
        retries=0,
    )
    source.open()
    seen = []
    for _ in range(4):
        try:
            seen += source.read("", Deadline.after(clock, 0.06))
        except SourceUnavailableError:
            continue

    assert {"voltage": 1.0} == seen[0].values


def test_a_device_that_never_falls_silent_is_asked_again(make, device, clock):
    is_over = threading.Event()

    def chatter():
        while not is_over.wait(0.01):
            device.send(b"5\n")

    talking = threading.Thread(target=chatter, daemon=True)
    source = make(
        format="scpi",
        request=[{"send": "V?\n", "metric": "voltage"}],
        response_timeout="50ms",
        retries=0,
    )
    source.open()
    with pytest.raises(SourceUnavailableError):
        source.read("", Deadline.after(clock, 0.02))
    talking.start()
    seen = []
    for _ in range(20):
        try:
            seen += source.read("", Deadline.after(clock, 0.05))
        except SourceUnavailableError:
            continue
    is_over.set()
    talking.join()

    assert {"voltage": 5.0} == seen[0].values
