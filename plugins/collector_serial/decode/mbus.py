"""M-Bus: heat, water, gas and electricity meters on two wires.

Source: EN 13757-2:2018, 5.2 (long frames); EN 13757-3:2018, 6.1 (the header of a response).
"""

from collections.abc import Sequence

from collector import Metric, MetricValue
from collector_serial.decode.channel import make_channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.decode.mbus_records import Record, records
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe

HEAD_BYTES = 7
"""68 L L 68, control, address, control information."""

RESPONSE = 0x72
"""The control information of a response with a long header, low byte first."""

_HEADER_BYTES = 12
_TAIL_BYTES = 2
_MAX_ID = 32


class MbusDecoder:
    """Takes responses; gives the values of this moment, of every tariff and subunit."""

    def __init__(self, recipe: Recipe) -> None:
        del recipe
        self._channels = ChannelSet({})

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`. Known from the first response on."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        values: dict[str, MetricValue] = {}
        for record in records(body_of(frame)):
            if record.function == 0 and record.storage == 0 and record.quantity is not None:
                self._take(record, values)
        if not values:
            raise NoValueError("holds no value of this moment that is known")
        return Decoded(values)

    def _take(self, record: Record, values: dict[str, MetricValue]) -> None:
        quantity = record.quantity
        if quantity is None or record.value is None:
            return
        metric = _metric(record, quantity.metric)
        known = self._channels.by_key.get(metric)
        if known is None:
            name = f"{quantity.name}{metric.removeprefix(quantity.metric).replace('_', ', ')}"
            field = FieldSettings(metric=metric, name=name, unit=quantity.unit)
            known = self._channels.add(metric, make_channel(field))
        value = known.take(_scaled(record.value, record.exponent))
        if value is not None:
            values.setdefault(metric, value)


def body_of(frame: bytes) -> bytes:
    """Return the records of a response.

    Raises:
        BadFrameError: It is no response, or one of a form that is not known.
    """
    if len(frame) < HEAD_BYTES + _HEADER_BYTES + _TAIL_BYTES or frame[6] != RESPONSE:
        raise BadFrameError("is no response with values")
    return frame[HEAD_BYTES + _HEADER_BYTES : -_TAIL_BYTES]


def _metric(record: Record, base: str) -> str:
    tariff = f"_tariff{record.tariff}" if record.tariff else ""
    subunit = f"_unit{record.subunit}" if record.subunit else ""
    return f"{base}{tariff}{subunit}"[:_MAX_ID]


def _scaled(value: float, exponent: int) -> float:
    return value / 10.0**-exponent if exponent < 0 else value * 10.0**exponent
