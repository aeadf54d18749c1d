"""``collector serial ...``."""

import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial.tools.list_ports_common import ListPortInfo

from collector.cli import main
from collector_serial.commands.guess import guesses, parity_of
from collector_serial.commands.hint import framing_hint
from collector_serial.commands.ports import described
from collector_serial.commands.show import hex_lines
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.port.adapter import steady_name_of
from collector_serial.port.holder import holder_of
from collector_serial.simulator.making import make_instrument

START_MS = 1_767_225_600_000
GUESSED = [
    *("dsmr", "es51922", "json-lines", "kern", "key-value", "nmea", "number", "pms5003"),
    *("sds011", "sml", "teleinfo", "teleinfo-standard", "iec62056-21-push"),
]


def stream(name, count=30):
    instrument = make_instrument(format_named(name), [], START_MS)
    frames = b"".join(instrument.frame(float(second)) for second in range(count))
    return frames[5:-3]  # a look begins and ends in the middle


@pytest.mark.parametrize("name", GUESSED)
def test_a_format_is_guessed_from_what_a_device_sends(name):
    [best, *_] = guesses(stream(name))

    assert name.replace("-push", "") == best.format.replace("-push", "")
    assert best.is_convincing
    assert best.values


def test_columns_are_guessed():
    [best, *_] = guesses(b".5;40\r\n21.5;40\r\n21.6;41\r\n21.7;41\r\n")

    assert best.format == "csv"
    assert {"separator": ";", "columns": ["column_1", "column_2"]} == dict(best.settings)


@given(st.binary(max_size=300))
def test_noise_is_hardly_ever_convincing(octets):
    for guess in guesses(octets):
        assert guess.frames >= 1


@pytest.mark.parametrize(("odd", "expected"), [(0, "E"), (1, "O")])
def test_a_parity_that_was_read_as_a_bit_is_guessed(odd, expected):
    sent = bytes(
        octet | (0x80 if octet.bit_count() % 2 != odd else 0) for octet in stream("teleinfo")
    )

    assert expected == parity_of(sent)
    assert "teleinfo" == guesses(sent)[0].format


FRAME = bytes.fromhex("aa5517002a0005")


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"T 21.5 ok\r\nT 21.6 ok\r\n", 'lines of text that end with "\\r\\n"'),
        (b"T 21.5 okT 21.6 ok", "text without line ends"),
        (FRAME * 20, "19 frames of 7 bytes"),
        (b"\xf3" + bytes(range(200)), ""),
        (b"", ""),
    ],
)
def test_how_unknown_bytes_are_framed_is_told(octets, words):
    assert framing_hint(octets).startswith(words)


def test_sniffing_what_nobody_knows_tells_what_it_looks_like(device, sending, capsys):
    sending(FRAME)

    options = ["--baudrate", "9600", "--seconds", "0.5"]
    assert 0 == main(["serial", "sniff", device.path, *options])

    shown = capsys.readouterr().out
    assert "no format that is known makes sense of them" in shown
    assert "frames of 7 bytes" in shown


def test_text_has_no_parity():
    assert parity_of(b"21.5\r\n") == "N"


def test_bytes_are_shown_with_place_digits_and_letters():
    [line] = hex_lines(b"T=\x02", 16)

    assert re.fullmatch(r" +16  54 3d 02 + T=\.", line)


class Sending:
    """Lets a device send over and over until it is told to stop."""

    def __init__(self, device, octets):
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(device, octets), daemon=True)
        self._thread.start()

    def _run(self, device, octets):
        while not self._done.wait(0.02):
            device.send(octets)

    def stop(self):
        self._done.set()
        self._thread.join()


@pytest.fixture
def sending(device):
    """Return what lets the device send for the time of the test."""
    made = []
    yield lambda octets: made.append(Sending(device, octets))
    for each in made:
        each.stop()


def test_sniffing_shows_bytes_guesses_and_says_what_to_write(device, sending, capsys):
    sending(bytes.fromhex("aac00600060058d93dab"))  # provenance: avaldebe/PyPMS, SDS01x

    assert 0 == main(["serial", "sniff", device.path])

    shown = capsys.readouterr().out
    assert "aa c0 06 00 06 00 58 d9 3d ab" in shown
    assert "pm2_5 = 0.6, pm10 = 0.6" in shown
    assert 'format = "sds011"' in shown
    assert f'port = "{device.path}"' in shown


def test_sniffing_a_format_shows_its_values(device, sending, capsys):
    sending(b"21.5\r\n")

    code = main(["serial", "sniff", device.path, "--format", "number", "--seconds", "0.5"])

    assert code == 0
    assert "value = 21.5" in capsys.readouterr().out


def test_sniffing_a_silent_port_says_so(device, capsys):
    assert 1 == main(["serial", "sniff", device.path, "--seconds", "0.1"])

    assert "nothing came: does the device have to be asked?" in capsys.readouterr().out


def test_sniffing_may_ask_first(device, capsys):
    device.answer(lambda request: b"S S     100.00 g\r\n" * 3 if request == b"SI\r\n" else b"")

    options = ["--send", r"SI\r\n", "--baudrate", "9600", "--seconds", "0.5"]
    code = main(["serial", "sniff", device.path, *options])

    assert code == 0
    assert 'format = "mt-sics"' in capsys.readouterr().out


def test_sniffing_a_port_that_is_not_there_is_an_error(capsys):
    assert 0 != main(["serial", "sniff", "/dev/none"])

    assert "/dev/none: is not plugged in" in capsys.readouterr().err


def test_every_format_is_listed(capsys):
    assert 0 == main(["serial", "formats"])

    listed = capsys.readouterr().out
    assert all(re.search(rf"^{re.escape(name)} ", listed, re.MULTILINE) for name in format_names())


def test_ports_are_listed_for_people_and_programs(capsys):
    assert 0 == main(["serial", "ports"])
    assert 0 == main(["serial", "ports", "--json"])


def test_a_port_is_described_by_what_is_behind_it():
    info = ListPortInfo("/dev/ttyUSB7")
    info.vid, info.pid, info.serial_number = 0x0403, 0x6001, "A5XK3RJT"
    info.description = "FT232R USB UART"

    found = described(info)

    assert ("/dev/ttyUSB7", "0403:6001", "A5XK3RJT") == (
        found["device"],
        found["usb"],
        found["serial_number"],
    )


def test_the_name_that_stays_the_same_is_found(tmp_path):
    device, link = tmp_path / "ttyUSB0", tmp_path / "by-id" / "usb-FTDI"
    device.touch()
    link.parent.mkdir()
    link.symlink_to(device)

    assert str(link) == steady_name_of(device, link.parent)
    assert "" == steady_name_of(tmp_path / "ttyUSB1", link.parent)
    assert "" == steady_name_of(device, tmp_path / "none")


def test_a_device_that_is_not_there_is_held_by_nobody(tmp_path):
    assert "" == holder_of(tmp_path / "none")
