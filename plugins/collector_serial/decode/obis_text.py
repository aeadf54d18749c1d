"""Telegrams of meters in text: DSMR P1 and IEC 62056-21.

Sources: Netbeheer Nederland, DSMR P1 Companion Standard 5.0.2, 6.12 and 6.13 (telegram, codes, time
with the letter S or W for summer and winter); IEC 62056-21:2002, 6.3 and 6.5 (data messages).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from collector import Metric, MetricValue
from collector_serial.decode.channel import Channel, make_channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import BadFrameError, Decoded
from collector_serial.decode.obis import OBIS, in_unit, reduced
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe

_CLOCK_CODE = "0-0:1.0.0"
_OLD_GAS_CODE = "24.3.0"
_GAS_CODE = "24.2.1"
_HOURS = {"S": 2, "W": 1}
_TIME = re.compile(r"(\d{12})([SW])")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One value of a telegram: its code, and what stands in its last brackets."""

    code: str
    text: str


class ObisTextDecoder:
    """Takes whole telegrams. Codes that are not known are left out unless a field names them."""

    def __init__(self, recipe: Recipe) -> None:
        self._known = dict(OBIS)
        for field in recipe.field:
            self._known[field.source_key] = (make_channel(field), field.unit)
        self._channels = ChannelSet({code: known for code, (known, _) in self._known.items()})

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        try:
            text = frame.decode("ascii")
        except UnicodeDecodeError as error:
            raise BadFrameError("holds other characters than a meter's") from error
        values: dict[str, MetricValue] = {}
        time_ms = None
        for entry in _entries(text):
            if entry.code == _CLOCK_CODE:
                time_ms = _time_ms(entry.text)
            else:
                self._take(entry, values)
        if not values:
            raise BadFrameError("holds no value that is known")
        return Decoded(values, time_ms)

    def _take(self, entry: _Entry, values: dict[str, MetricValue]) -> None:
        found = self._known.get(entry.code) or self._known.get(reduced(entry.code))
        if found is None:
            return
        known, usual = found
        if known.metric.id in values:  # a second meter behind this one
            known = self._numbered(entry.code, known, usual)
        number, _, unit = entry.text.partition("*")
        value = in_unit(known, usual, number, unit)
        if value is not None:
            values[known.metric.id] = value

    def _numbered(self, code: str, known: Channel, usual: str) -> Channel:
        number = code.partition(":")[0].rpartition("-")[2] or "0"
        field = FieldSettings(
            metric=f"{known.metric.id}_{number}",
            name=f"{known.metric.title}, channel {number}",
            unit=usual,
        )
        self._known[code] = (make_channel(field), usual)
        return self._channels.add(code, self._known[code][0])


def _entries(text: str) -> Iterator[_Entry]:
    """Give every line with brackets. What stands alone in brackets belongs to the line before."""
    before = ""
    for line in text.splitlines():
        code, bracket, rest = line.lstrip("\x02").partition("(")
        if not bracket or not rest.endswith(")"):
            continue
        last = rest[:-1].rpartition("(")[2]
        if code:
            before = code
            yield _Entry(code, last)
        elif reduced(before) == _OLD_GAS_CODE:  # versions 2 and 3 put the gas on a second line
            yield _Entry(f"{before.partition(':')[0]}:{_GAS_CODE}", last)


def _time_ms(text: str) -> int | None:
    """Turn ``170102192002W`` into milliseconds since the epoch: central European time."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    zone = timezone(timedelta(hours=_HOURS[match[2]]))
    try:
        moment = datetime.strptime(match[1], "%y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)
