"""M-Bus: a meter is asked for its values by its address.

Source: EN 13757-2:2018, 5.2 to 5.7 (frames, request of user data class 2, frame count bit).
"""

from collections.abc import Iterator
from itertools import cycle

from collector_serial.decode.decoder import BadFrameError, Decoder
from collector_serial.decode.mbus import body_of
from collector_serial.decode.mbus_records import has_more
from collector_serial.dialogue.step import Exchange, Receive, Send, Talk
from collector_serial.framing.framer import Framer
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.source import SerialSettings

_REQUEST, _FRAME_COUNT_BIT = 0x5B, 0x20
_ANY = 254
_ADDRESS_AT = 5
_MAX_TELEGRAMS = 16


def request_of(address: int, *, frame_count_bit: bool) -> bytes:
    """Return the request for the values of a meter; ``10 5B 01 5C 16`` for address 1."""
    control = _REQUEST ^ (_FRAME_COUNT_BIT if frame_count_bit else 0)
    return bytes((0x10, control, address, (control + address) & 0xFF, 0x16))


def mbus_exchange(
    recipe: FormatSettings, settings: SerialSettings, framer: Framer, decoder: Decoder
) -> Exchange:
    """Return the request for all values of a meter, however many telegrams they take."""
    del recipe
    frame_count_bits = cycle((False, True))

    def talk() -> Talk:
        return _telegrams(settings, framer, frame_count_bits)

    return Exchange(f"address {settings.address}", "", decoder, talk)


def _telegrams(settings: SerialSettings, framer: Framer, frame_count_bits: Iterator[bool]) -> Talk:
    """Ask until the meter has no more; it goes on when the frame count bit has changed."""
    telegrams: list[bytes] = []
    while len(telegrams) < _MAX_TELEGRAMS:
        yield Send(request_of(settings.address, frame_count_bit=next(frame_count_bits)))
        telegram = yield Receive(framer, settings.response_timeout)
        if settings.address not in (telegram[_ADDRESS_AT], _ANY):
            raise BadFrameError(f"comes from address {telegram[_ADDRESS_AT]}")
        telegrams.append(telegram)
        if not has_more(body_of(telegram)):
            break
    return telegrams
