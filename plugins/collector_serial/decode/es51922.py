"""Multimeters with the chip ES51922, such as the UNI-T UT61E.

Source: Cyrustek ES51922 data sheet: 14 characters, namely range, five digits, function, status,
four of options, CR, LF; the low four bits of each count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collector import Metric, ValueType
from collector_serial.decode.channel import Channel, channel
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.settings.recipe import Recipe

_CHARACTERS = 12
_OVERLOAD, _NEGATIVE, _JUDGE = 1, 4, 8
_UNDERLOAD, _FREQUENCY_OF_VOLTAGE, _ALTERNATING = 8, 1, 4


@dataclass(frozen=True, slots=True)
class _Function:
    """What is measured, and the power of ten of the last digit in each range."""

    channel: Channel
    exponents: tuple[int, ...]


_VOLTAGE = channel("voltage", "Voltage", "V")
_CURRENT = channel("current", "Current", "A")
_RESISTANCE = channel("resistance", "Resistance", "Ω")
_CAPACITANCE = channel("capacitance", "Capacitance", "F")
_FREQUENCY = channel("frequency", "Frequency", "Hz")
_DIODE = channel("diode_voltage", "Voltage of a diode", "V")
_AC = channel("alternating", "Alternating current or voltage", kind=ValueType.BOOL)

_FREQUENCIES = _Function(_FREQUENCY, (-2, -1, 0, 0, 1, 2, 3, 4))
_FUNCTIONS: Mapping[str, _Function] = MappingProxyType(
    {
        ";": _Function(_VOLTAGE, (-4, -3, -2, -1, -5)),
        "=": _Function(_CURRENT, (-8, -7)),
        "?": _Function(_CURRENT, (-6, -5)),
        "0": _Function(_CURRENT, (-3,)),
        "9": _Function(_CURRENT, (-4, -3, -2, -1)),
        "3": _Function(_RESISTANCE, (-2, -1, 0, 1, 2, 3, 4)),
        "2": _FREQUENCIES,
        "6": _Function(_CAPACITANCE, (-12, -11, -10, -9, -8, -7, -6, -5)),
        "1": _Function(_DIODE, (-4,)),
    }
)


class MultimeterDecoder:
    """Takes the lines of a multimeter; the metric follows from what its knob is set to."""

    def __init__(self, recipe: Recipe) -> None:
        del recipe

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        own = (_VOLTAGE, _CURRENT, _RESISTANCE, _CAPACITANCE, _FREQUENCY, _DIODE, _AC)
        return tuple(known.metric for known in own)

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = frame.decode("latin-1")
        bits = [ord(letter) - ord("0") for letter in text]
        if len(text) != _CHARACTERS or not all(0 <= bit <= 0xF for bit in bits):  # noqa: PLR2004
            raise BadFrameError(f"{text[:40]!r} is no line of this multimeter")
        status, option_2, option_3 = bits[7], bits[9], bits[10]
        if status & _OVERLOAD or option_2 & _UNDERLOAD:
            raise NoValueError("says that the input is out of range")
        found = _function(text[6], is_judged=status & _JUDGE, option_3=option_3)
        value = _number(text[1:6], bits[0], found, -1 if status & _NEGATIVE else 1)
        metric = found.channel.metric.id
        is_alternating = bool(option_3 & _ALTERNATING)
        return Decoded({metric: value, _AC.metric.id: is_alternating})


def _function(letter: str, *, is_judged: int, option_3: int) -> _Function:
    found = _FUNCTIONS.get(letter)
    if found is None or (is_judged and letter == "2"):
        raise NoValueError("measures what is not published")
    return _FREQUENCIES if option_3 & _FREQUENCY_OF_VOLTAGE else found


def _number(digits: str, place: int, function: _Function, sign: int) -> float:
    if not digits.isdecimal() or place >= len(function.exponents):
        raise BadFrameError(f"has no range {place} or no digits")
    exponent = function.exponents[place]
    return sign * (int(digits) / 10**-exponent if exponent < 0 else int(digits) * 10.0**exponent)
