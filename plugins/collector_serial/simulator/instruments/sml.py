"""A meter that sends SML through its optical port."""

import struct

from collector_serial.framing.sml import BEGIN, ESCAPE, X25
from collector_serial.settings.format import FormatSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.wave import moving


class SmlInstrument(Speaker):
    """Sends a list of values in a file."""

    def __init__(self, recipe: FormatSettings) -> None:
        del recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        entries = (
            _entry((1, 0, 1, 8, 0, 255), 30, round(moving("import_energy", t_s) * 10_000)),
            _entry((1, 0, 2, 8, 0, 255), 30, round(moving("export_energy", t_s) * 10_000)),
            _entry((1, 0, 16, 7, 0, 255), 27, round(moving("power", t_s) * 10_000)),
        )
        values = bytes((0x70 | len(entries),)) + b"".join(entries)
        response = b"\x77\x01" + _text(b"simulated") + b"\x01\x01" + values + b"\x01\x01"
        message = b"\x76\x02\x01\x62\x00\x62\x00" + b"\x72\x63\x07\x01" + response
        return _file(message + b"\x63\x00\x00\x00")


def _text(octets: bytes) -> bytes:
    return bytes((len(octets) + 1,)) + octets


def _entry(code: tuple[int, ...], unit: int, value: int) -> bytes:
    """Return an entry whose value has one decimal."""
    number = b"\x59" + struct.pack(">q", value)
    return (
        b"\x77"
        + _text(bytes(code))
        + b"\x01\x01\x62"
        + bytes((unit,))
        + b"\x52\xff"
        + number
        + b"\x01"
    )


def _file(message: bytes) -> bytes:
    fill = -len(message) % 4
    escaped = (message + bytes(fill)).replace(ESCAPE, ESCAPE * 2)
    file = BEGIN + escaped + ESCAPE + bytes((0x1A, fill))
    return file + X25(file).to_bytes(2, "little")
