"""Scales: the lines of three makers, as tables.

Sources: Mettler-Toledo, "MT-SICS Reference Manual", commands S and SI (level 0); Sartorius, "Data
interface SBI", 16 and 22 characters; KERN EW, data format of the interface.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collector import Metric, MetricValue, ValueType
from collector_serial.decode.channel import channel
from collector_serial.decode.decoder import BadFrameError, Decoded, Decoder, NoValueError
from collector_serial.decode.values import parsed
from collector_serial.settings.recipe import Recipe

_WEIGHT = channel("weight", "Weight", "kg")
_PIECES = channel("pieces", "Pieces", "pieces")
_PERCENT = channel("percent", "Share of the reference weight", "%")
_STABLE = channel("stable", "Weight is stable", kind=ValueType.BOOL)

_KILOGRAMS: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "t": 1e3, "ct": 2e-4, "lb": 0.45359237, "oz": 0.028349523125}
)
_COUNTED = MappingProxyType({"pcs": _PIECES, "pc": _PIECES, "%": _PERCENT})


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a scale look.

    Attributes:
        line: A line with a weight: the groups ``value``, ``unit`` and perhaps ``status``.
        without: Lines that say that there is no weight, with the reason.
        stable: The status of a weight that is settled; a blank unit is one that is not, if empty.
    """

    line: re.Pattern[str]
    without: Mapping[str, str]
    stable: str = ""


MT_SICS = Layout(
    re.compile(r"S (?P<status>[SD]) +(?P<value>[-+]?\d+(?:\.\d+)?) *(?P<unit>[A-Za-z%]+)"),
    MappingProxyType(
        {"S I": "is busy", "S +": "is overloaded", "S -": "is below its range"},
    ),
    stable="S",
)
SBI = Layout(
    # 22 characters begin with a word of six, 16 with the sign
    re.compile(r"(?:[A-Za-z].{5})?(?P<value>[-+ ] *\d+(?:\.\d+)?) *(?P<unit>[A-Za-z%]*) *"),
    MappingProxyType({"Stat": "has no weight", "Err": "has an error", "High": "is overloaded"}),
)
KERN = Layout(
    re.compile(r"(?P<value>[-+ ] *\d+(?:\.\d+)?) *(?P<unit>[A-Z%]+) (?P<status>[SU])"),
    MappingProxyType({}),
    stable="S",
)


class ScaleDecoder:
    """Takes the lines of one layout. Weights become kilograms, whatever the scale is set to."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return tuple(known.metric for known in (_WEIGHT, _STABLE, _PIECES, _PERCENT))

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = frame.decode("latin-1")
        for begin, reason in self._layout.without.items():
            if text.strip().startswith(begin) and not self._layout.line.fullmatch(text):
                raise NoValueError(f"says that the scale {reason}")
        match = self._layout.line.fullmatch(text)
        if match is None:
            raise BadFrameError(f"{text[:40]!r} is no line of this scale")
        return Decoded(self._values(match.groupdict("")))

    def _values(self, found: Mapping[str, str]) -> dict[str, MetricValue]:
        unit = found["unit"]
        if not unit:
            return {_STABLE.metric.id: False}
        is_stable = not self._layout.stable or found["status"] == self._layout.stable
        metric, value = _weighed(found["value"].replace(" ", ""), unit)
        return {metric: value, _STABLE.metric.id: is_stable}


def _weighed(text: str, unit: str) -> tuple[str, MetricValue]:
    number = parsed(text)
    factor = _KILOGRAMS.get(unit) or _KILOGRAMS.get(unit.lower())
    if number is not None and factor is not None:
        return _WEIGHT.metric.id, number * factor
    counted = _COUNTED.get(unit.lower())
    if number is None or counted is None:
        raise BadFrameError(f"{text} {unit} is no weight")
    return counted.metric.id, number


def scale(layout: Layout) -> Callable[[Recipe], Decoder]:
    """Return what makes the decoder of a layout."""

    def make(recipe: Recipe) -> Decoder:
        del recipe
        return ScaleDecoder(layout)

    return make
