"""NMEA 0183: positions, speeds and times of satellite receivers, and fields of other sentences.

Source: NMEA 0183, sentences RMC, GGA and GLL; one field after the other, separated by commas.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from collector import Metric, MetricValue, ValueType
from collector_serial.decode.channel import Channel, channel, make_channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import NOTHING, BadFrameError, Decoded
from collector_serial.decode.values import Raw, parsed
from collector_serial.settings.recipe import Recipe

_CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        known.metric.id: known
        for known in (
            channel("latitude", "Latitude", "latitude"),
            channel("longitude", "Longitude", "longitude"),
            channel("altitude", "Altitude above the sea", "m"),
            channel("speed", "Speed over ground", "kn"),
            channel("course", "Course over ground", "degrees"),
            channel("satellites", "Satellites in use", "satellites"),
            channel("hdop", "Horizontal dilution of precision"),
            channel("fix_quality", "Quality of the fix", "0 none, 1 satellites, 2 differential"),
            channel("valid", "Position is valid", kind=ValueType.BOOL),
            channel("utc", "Time of the receiver", kind=ValueType.STRING),
        )
    }
)

_STATUS_AT: Mapping[str, int] = MappingProxyType({"GLL": 6, "MWV": 5, "RMC": 2, "ROT": 2})
"""Where a sentence says whether it is valid, counted as in the keys of fields."""

_VOID = "V"
_CENTURY_TURNS = 80
_FORMATTER_LETTERS = 3
_HALF_DAY = timedelta(hours=12)


class NmeaDecoder:
    """Takes sentences; a field of any other is named by its sentence and place: ``MWV.1``.

    ``MWV/T.1`` is that of sentences alone that hold a ``T``: one sentence may tell of two things.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._own = {field.metric: make_channel(field) for field in recipe.field}
        self._channels = ChannelSet({**_CHANNELS, **self._own})
        self._places: dict[str, list[tuple[str, int, str]]] = {}
        for field in recipe.field:
            sentence, sort, place = _place(field.source_key)
            self._places.setdefault(sentence, []).append((sort, place, field.metric))
        self._last: datetime | None = None

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`. A sentence without a known value says nothing."""
        head, *fields = frame.partition(b"*")[0].decode("latin-1").split(",")
        sentence = head[-_FORMATTER_LETTERS:]
        told_at: datetime | None = None
        raws: dict[str, Raw | None] = {}
        if reader := _SENTENCES.get(sentence):
            try:
                found, told_at = reader(fields, self._last)
            except (ValueError, IndexError) as error:
                raise BadFrameError(f"is no {sentence}: {error}") from error
            # the user's metric of the same name means another quantity, in another unit
            raws = {metric: raw for metric, raw in found.items() if metric not in self._own}
        self._last = told_at or self._last
        values = self._values(raws | self._raws_of_own(sentence, fields))
        return Decoded(values, _ms(told_at)) if values else NOTHING

    def _raws_of_own(self, sentence: str, fields: Sequence[str]) -> dict[str, Raw | None]:
        """Return what the user's fields find in a sentence; nothing if it says it is void."""
        status_at = _STATUS_AT.get(sentence, 0)
        if fields[status_at - 1 : status_at] == [_VOID]:
            return {}
        return {
            metric: fields[place]
            for sort, place, metric in self._places.get(sentence, ())
            if place < len(fields) and (not sort or sort in fields)
        }

    def _values(self, raws: Mapping[str, Raw | None]) -> dict[str, MetricValue]:
        values = {}
        for key, raw in raws.items():
            value = None if raw is None else self._channels.by_key[key].take(raw)
            if value is not None:
                values[key] = value
        return values


_Found = tuple[dict[str, Raw | None], datetime | None]


def _recommended_minimum(fields: Sequence[str], _last: datetime | None) -> _Found:
    """RMC: time, status, latitude, N/S, longitude, E/W, knots, course, date."""
    if fields[1] != "A":
        return {"valid": False}, None
    told_at = _moment(fields[8], fields[0])
    return {
        "valid": True,
        "latitude": _degrees(fields[2], fields[3], "N", "S"),
        "longitude": _degrees(fields[4], fields[5], "E", "W"),
        "speed": parsed(fields[6]),
        "course": parsed(fields[7]),
        "utc": f"{told_at:%Y-%m-%dT%H:%M:%SZ}",
    }, told_at


def _fix(fields: Sequence[str], last: datetime | None) -> _Found:
    """GGA: time, latitude, N/S, longitude, E/W, quality, satellites, dilution, altitude, M."""
    quality = int(fields[5])
    if quality == 0:
        return {"fix_quality": 0}, None
    return {
        "fix_quality": quality,
        "latitude": _degrees(fields[1], fields[2], "N", "S"),
        "longitude": _degrees(fields[3], fields[4], "E", "W"),
        "satellites": parsed(fields[6]),
        "hdop": parsed(fields[7]),
        "altitude": parsed(fields[8]) if fields[9] == "M" else None,
    }, _on_the_day_of(last, fields[0])


def _position(fields: Sequence[str], last: datetime | None) -> _Found:
    """GLL: latitude, N/S, longitude, E/W, time, status."""
    if fields[5] != "A":
        return {}, None
    return {
        "latitude": _degrees(fields[0], fields[1], "N", "S"),
        "longitude": _degrees(fields[2], fields[3], "E", "W"),
    }, _on_the_day_of(last, fields[4])


_SENTENCES: Mapping[str, Callable[[Sequence[str], datetime | None], _Found]] = MappingProxyType(
    {"RMC": _recommended_minimum, "GGA": _fix, "GLL": _position}
)


def _degrees(text: str, side: str, positive: str, negative: str) -> float:
    """Turn ``4530.7007`` and ``N`` into degrees: the last two digits before the point are minutes.

    Raises:
        ValueError: They are none.
    """
    whole, _, fraction = text.partition(".")
    digits = {"N": 4, "S": 4, "E": 5, "W": 5}.get(side)
    is_number = whole.isdecimal() and (not fraction or fraction.isdecimal())
    if side not in (positive, negative) or len(whole) != digits or not is_number:
        raise ValueError(f"{text},{side} is no place")
    degrees, minutes = int(whole[:-2]), float(f"{whole[-2:]}.{fraction}")
    if minutes >= 60 or degrees + minutes / 60 > (90 if digits == 4 else 180):  # noqa: PLR2004
        raise ValueError(f"{text},{side} is not on Earth")
    return (degrees + minutes / 60) * (1 if side == positive else -1)


def _moment(date: str, time: str) -> datetime:
    year = int(date[4:6])
    moment = datetime(
        (1900 if year >= _CENTURY_TURNS else 2000) + year, int(date[2:4]), int(date[:2]), tzinfo=UTC
    )
    return moment + _since_midnight(time)


def _since_midnight(time: str) -> timedelta:
    return timedelta(hours=int(time[:2]), minutes=int(time[2:4]), seconds=float(time[4:]))


def _on_the_day_of(last: datetime | None, time: str) -> datetime | None:
    """Return a time of day on the day nearest to the last moment that had a date."""
    if last is None or not time:
        return None
    moment = last.replace(hour=0, minute=0, second=0, microsecond=0) + _since_midnight(time)
    if moment - last < -_HALF_DAY:
        return moment + timedelta(days=1)
    return moment


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def _place(key: str) -> tuple[str, str, int]:
    """Return the sentence, what it has to hold, and the place of a field."""
    name, _, place = key.partition(".")
    sentence, _, sort = name.partition("/")
    if len(sentence) != _FORMATTER_LETTERS or not place.isdecimal() or int(place) < 1:
        raise ValueError(f"field: key {key!r} has to be a sentence and a place, such as MWV.1")
    return sentence, sort, int(place) - 1
