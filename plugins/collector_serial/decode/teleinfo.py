"""Teleinformation of French meters, in the historic and the standard mode.

Source: Enedis-NOI-CPT_54E, "Sorties de télé-information client des appareils de comptage Linky",
5.3.3 (groups of data), 6.1 and 6.2 (labels).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from collector import Metric, ValueType
from collector_serial.decode.channel import Channel, channel
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import Decoded
from collector_serial.settings.recipe import Recipe

_HISTORIC: Mapping[str, Channel] = MappingProxyType(
    {
        "BASE": channel("import_energy", "Energy taken", "Wh"),
        "HCHC": channel("import_energy_off_peak", "Energy taken, off-peak", "Wh"),
        "HCHP": channel("import_energy_peak", "Energy taken, peak", "Wh"),
        "IINST": channel("current", "Current", "A"),
        "IINST1": channel("current_l1", "Current of phase 1", "A"),
        "IINST2": channel("current_l2", "Current of phase 2", "A"),
        "IINST3": channel("current_l3", "Current of phase 3", "A"),
        "PAPP": channel("import_apparent_power", "Apparent power taken", "VA"),
        "PTEC": channel("tariff_period", "Tariff", kind=ValueType.STRING),
    }
)
_STANDARD: Mapping[str, Channel] = MappingProxyType(
    {
        "EAST": channel("import_energy", "Energy taken", "Wh"),
        "EASF01": channel("import_energy_t1", "Energy taken, tariff 1", "Wh"),
        "EASF02": channel("import_energy_t2", "Energy taken, tariff 2", "Wh"),
        "EAIT": channel("export_energy", "Energy given", "Wh"),
        "IRMS1": channel("current_l1", "Current of phase 1", "A"),
        "IRMS2": channel("current_l2", "Current of phase 2", "A"),
        "IRMS3": channel("current_l3", "Current of phase 3", "A"),
        "URMS1": channel("voltage_l1", "Voltage of phase 1", "V"),
        "URMS2": channel("voltage_l2", "Voltage of phase 2", "V"),
        "URMS3": channel("voltage_l3", "Voltage of phase 3", "V"),
        "SINSTS": channel("import_apparent_power", "Apparent power taken", "VA"),
        "SINSTI": channel("export_apparent_power", "Apparent power given", "VA"),
        "LTARF": channel("tariff_period", "Tariff", kind=ValueType.STRING),
    }
)
_CLOCK = "DATE"
_CHECK_CHARACTERS = 2  # the separator before it, and itself
_HOURS: Mapping[str, int] = MappingProxyType({"E": 2, "H": 1})
_AROUND = "\x02\x03\r\n"


class TeleinfoDecoder:
    """Takes whole frames, whose groups have been checked. A group is a line: label, value, check.

    In the standard mode tabulators stand between them, and a time may come before the value.
    """

    def __init__(self, recipe: Recipe) -> None:
        own = field_channels(recipe.field)
        self._historic = ChannelSet({**_HISTORIC, **own})
        self._standard = ChannelSet({**_STANDARD, **own})
        self._seen: ChannelSet | None = None

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`. Those of the mode, as soon as that is known."""
        return () if self._seen is None else self._seen.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = frame.decode("latin-1").strip(_AROUND)
        separator = "\t" if "\t" in text else " "
        raws: dict[str, str] = {}
        time_ms = None
        for line in text.replace("\r", "\n").split("\n"):
            cells = line[:-_CHECK_CHARACTERS].split(separator)
            if cells[0] == _CLOCK and len(cells) > 1:
                time_ms = _time_ms(cells[1])
            raws[cells[0]] = cells[-1]
        self._seen = self._standard if separator == "\t" else self._historic
        return Decoded(self._seen.take(raws), time_ms)


def _time_ms(text: str) -> int | None:
    """Turn ``H240131120000`` into milliseconds since the epoch: H is winter, E summer."""
    hours = _HOURS.get(text[:1].upper())
    if hours is None:
        return None
    zone = timezone(timedelta(hours=hours))
    try:
        moment = datetime.strptime(text[1:], "%y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)
