"""IEC 62056-21, mode C (and A, B): a meter is woken, names its speed, and is read out.

Source: IEC 62056-21:2002, 6.3 (messages), 6.4 (speeds), Annex A (modes).
"""

from collections.abc import Mapping
from types import MappingProxyType

from collector_serial.checks.check import everything_is_whole
from collector_serial.decode.decoder import BadFrameError, Decoder
from collector_serial.dialogue.step import Exchange, Pause, Receive, Send, SetBaudrate, Talk
from collector_serial.framing.framer import Framer
from collector_serial.framing.lines import LineFramer
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.framing import LineFraming
from collector_serial.settings.source import SerialSettings

_FIRST_BAUDRATE = 300
_MODE_C: Mapping[str, int] = MappingProxyType(
    {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19_200}
)
_MODE_B: Mapping[str, int] = MappingProxyType(
    {"A": 600, "B": 1200, "C": 2400, "D": 4800, "E": 9600, "F": 19_200}
)
_SPEED_AT = 4  # a slash and three letters of the maker come before it
_BITS_PER_BYTE = 10
_GREETING = LineFraming(type="lines", start="/", first_is_whole=True, max_bytes=64)


def iec62056_exchange(
    recipe: FormatSettings, settings: SerialSettings, framer: Framer, decoder: Decoder
) -> Exchange:
    """Return the readout of a meter."""
    baudrate = recipe.baudrate or _FIRST_BAUDRATE
    hello = f"/?{settings.device}!\r\n".encode("ascii")
    timeout_s = settings.response_timeout

    def talk() -> Talk:
        yield SetBaudrate(baudrate)
        yield Send(hello)
        greeting = yield Receive(LineFramer(_GREETING, everything_is_whole), timeout_s)
        speed = _speed_in(greeting)
        if speed in _MODE_C:
            acknowledge = f"\x060{speed}0\r\n".encode("ascii")
            yield Send(acknowledge)
            # the speed changes when the last bit is out, and at 300 Bd that takes 0.2 s
            yield Pause(len(acknowledge) * _BITS_PER_BYTE / baudrate)
        yield SetBaudrate(_MODE_C.get(speed) or _MODE_B.get(speed) or baudrate)
        return [(yield Receive(framer, max(timeout_s, _readout_s(framer))))]

    return Exchange("the readout", "", decoder, talk)


def _speed_in(greeting: bytes) -> str:
    if len(greeting) <= _SPEED_AT:
        raise BadFrameError(f"{greeting!r} is no identification of a meter")
    return chr(greeting[_SPEED_AT])


def _readout_s(framer: Framer) -> float:
    """Return how long a readout may take: a pause inside it ends it earlier."""
    return max(60.0, framer.gap_s)
