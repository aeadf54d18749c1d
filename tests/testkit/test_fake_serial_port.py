"""The fake serial port is one to whoever opens it: bytes both ways, and a plug that is pulled."""

import pytest
import serial

from collector.testkit.serial_port import FakeSerialPort


@pytest.fixture
def line(fake_serial_port):
    with serial.Serial(fake_serial_port.path, 9600, timeout=10) as opened:
        yield opened


def test_bytes_go_both_ways(fake_serial_port, line):
    fake_serial_port.send(b"12.5 g\r\n")
    line.write(b"W\r\n")

    assert b"12.5 g\r\n" == line.readline()
    assert b"W\r\n" == fake_serial_port.receive()


def test_it_answers_by_itself(fake_serial_port, line):
    fake_serial_port.answer(lambda heard: heard.upper())

    line.write(b"w\n")

    assert b"W\n" == line.readline()


def test_it_talks_by_itself(fake_serial_port, line):
    said = iter(range(1000))
    fake_serial_port.talk(0.01, lambda: b"%d\n" % next(said))

    assert [b"0\n", b"1\n", b"2\n"] == [line.readline() for _ in range(3)]


def test_nothing_is_heard_where_nothing_was_said(fake_serial_port):
    assert b"" == fake_serial_port.receive(0.0)


def test_what_nobody_reads_is_lost(fake_serial_port):
    fake_serial_port.send(bytes(100_000))


def test_who_is_slow_to_read_gets_all_if_it_is_waited_for(fake_serial_port, line):
    fake_serial_port.answer(lambda heard: bytes(100_000))

    line.write(b"all\n")

    assert bytes(100_000) == line.read(100_000)


def test_who_reads_a_port_that_is_pulled_out_gets_an_error(fake_serial_port, line):
    fake_serial_port.unplug()

    with pytest.raises(serial.SerialException):
        line.read(1)
    assert b"" == fake_serial_port.receive(0.0)


def test_it_comes_back_under_its_name(fake_serial_port):
    fake_serial_port.unplug()
    fake_serial_port.unplug()
    with pytest.raises(serial.SerialException, match="No such file"):
        serial.Serial(fake_serial_port.path)
    fake_serial_port.plug_in()
    fake_serial_port.plug_in()

    with serial.Serial(fake_serial_port.path, timeout=10) as line:
        fake_serial_port.send(b"again\n")
        assert b"again\n" == line.readline()


def test_it_may_be_closed_twice():
    port = FakeSerialPort()
    port.answer(lambda heard: heard)
    port.close()
    port.close()

    assert not port.is_plugged_in
