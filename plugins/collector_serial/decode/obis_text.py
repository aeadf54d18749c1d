"""Telegrams of meters in text: DSMR P1 and IEC 62056-21.

Sources: Netbeheer Nederland, DSMR P1 Companion Standard 5.0.2, 6.12 and 6.13 (telegram, codes, time
with the letter S or W for summer and winter); IEC 62056-21:2002, 6.3 and 6.5 (data messages).
"""

import re
from collections.abc import Iterator, Sequence
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
_DATA_SET = re.compile(r"([^()]*)((?:\([^()]*\))+)")
_METER = re.compile(r"\d{1,3}-(\d{1,3}):")


class ObisTextDecoder:
    """Takes whole telegrams. Codes that are not known are left out unless a field names them."""

    def __init__(self, recipe: Recipe) -> None:
        self._known = dict(OBIS)
        for field in recipe.field:
            self._known[field.source_key] = (make_channel(field), field.unit)
        self._channels = ChannelSet({code: known for code, (known, _) in self._known.items()})
        self._owners: dict[str, str] = {}

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
        entries: dict[str, str] = {}
        for code, told in _entries(text):
            entries.setdefault(code, told)
        time_ms = _time_ms(entries.pop(_CLOCK_CODE, ""))
        values: dict[str, MetricValue] = {}
        for code, told in entries.items():
            self._take(code, told, values)
        if not values:
            raise BadFrameError("holds no value that is known")
        return Decoded(values, time_ms)

    def _take(self, code: str, told: str, values: dict[str, MetricValue]) -> None:
        found = self._known.get(code) or self._shared(code)
        if found is None:
            return
        known, usual = found
        number, _, unit = told.partition("*")
        value = in_unit(known, usual, number, unit)
        if value is not None:
            values.setdefault(known.metric.id, value)

    def _shared(self, code: str) -> tuple[Channel, str] | None:
        """Return the channel of a quantity that several meters behind this one may give.

        It belongs to the first of them for good: else a telegram in which that one is missing would
        give another meter's value in its place.
        """
        found = self._known.get(reduced(code))
        if found is None or self._owners.setdefault(found[0].metric.id, code) == code:
            return found
        match = _METER.match(code)
        return self._numbered(code, match[1], *found) if match else None

    def _numbered(self, code: str, number: str, known: Channel, usual: str) -> tuple[Channel, str]:
        field = FieldSettings(
            metric=f"{known.metric.id}_{number}",
            name=f"{known.metric.title}, channel {number}",
            unit=usual,
        )
        self._known[code] = (self._channels.add(code, make_channel(field)), usual)
        return self._known[code]


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Give codes and values. What stands alone in brackets belongs to the line before."""
    before = ""
    for line in text.splitlines():
        for code, brackets in _DATA_SET.findall(line.lstrip("\x02")):
            value = _value_in(brackets[1:-1].split(")("))
            if code:
                before = code
                yield code, value
            elif reduced(before) == _OLD_GAS_CODE:  # versions 2 and 3 put the gas on a second line
                yield f"{before.partition(':')[0]}:{_GAS_CODE}", value


def _value_in(brackets: Sequence[str]) -> str:
    """Return the value among what stands in brackets: DSMR puts its time before, IEC behind it."""
    with_unit = next((told for told in brackets if "*" in told), None)
    if with_unit is not None:
        return with_unit
    return brackets[-1] if _TIME.fullmatch(brackets[0]) else brackets[0]


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
