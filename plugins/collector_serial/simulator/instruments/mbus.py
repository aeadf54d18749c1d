"""A heat meter on an M-Bus."""

import struct

from collector_serial.checks.check import make_checksum
from collector_serial.decode.mbus import RESPONSE
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.request import RequestSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.wave import moving


class MbusInstrument(Speaker):
    """A heat meter."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        return self._telegram(1, t_s)

    def answer(self, request: RequestSettings | None, heard: bytes, t_s: float) -> bytes:
        """See `Instrument`. Answers under the address that it is asked by."""
        del request
        return self._telegram(heard[2] if len(heard) > 2 else 1, t_s)  # noqa: PLR2004 - 10 5B address

    def _telegram(self, address: int, t_s: float) -> bytes:
        records = b"".join(
            bytes((0x04, code)) + struct.pack("<i", round(moving(metric, t_s) * factor))
            for code, metric, factor in (
                (0x06, "energy", 1),  # kWh
                (0x13, "volume", 1000),  # litres
                (0x5A, "flow_temp", 10),
                (0x5E, "return_temp", 10),
                (0x2B, "power", 1000),  # W
                (0x3B, "volume_flow", 1000),  # litres an hour
            )
        )
        header = bytes.fromhex("78563412 2d2c 01 04 00 00 0000")
        user_data = bytes((0x08, address, RESPONSE)) + header + records
        head = bytes((0x68, len(user_data), len(user_data), 0x68))
        frame = head + user_data + b"\x00\x16"
        return (
            frame
            if self._recipe.checksum is None
            else make_checksum(self._recipe.checksum).seal(frame)
        )
