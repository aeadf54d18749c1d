"""Makes the instrument that a recipe describes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from types import MappingProxyType

from collector_serial.settings.format import FormatSettings
from collector_serial.settings.octets import octets
from collector_serial.simulator.instrument import Instrument, Speaker
from collector_serial.simulator.instruments import (
    bench,
    binary,
    mbus,
    modbus,
    nmea,
    sml,
    telegrams,
    teleinfo,
    text,
)

_INSTRUMENTS: Mapping[str, Callable[[FormatSettings], Instrument]] = MappingProxyType(
    {
        "binary": binary.BinaryInstrument,
        "csv": text.CsvInstrument,
        "es51922": bench.BenchInstrument,
        "json": text.JsonInstrument,
        "kern": bench.BenchInstrument,
        "key-value": text.KeyValueInstrument,
        "mbus": mbus.MbusInstrument,
        "modbus-sniff": modbus.ModbusLine,
        "mt-sics": bench.BenchInstrument,
        "number": text.NumberInstrument,
        "regex": text.RegexInstrument,
        "sbi": bench.BenchInstrument,
        "scpi": text.NumberInstrument,
        "sml": sml.SmlInstrument,
        "teleinfo": teleinfo.TeleinfoInstrument,
    }
)


class Reciter(Speaker):
    """Says what the user wrote down, over and over."""

    def __init__(self, frames: Sequence[str]) -> None:
        self._frames = cycle([octets(frame) for frame in frames])

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        del t_s
        return next(self._frames)


def make_instrument(
    recipe: FormatSettings, frames: Sequence[str], started_at_ms: int
) -> Instrument:
    """Return the instrument that speaks a format.

    Args:
        recipe: The format, with what the source says differently.
        frames: What the user wants it to say; empty for what the format tells.
        started_at_ms: What its clock shows at the start, if it has one.

    Raises:
        ValueError: The format does not tell enough.
    """
    if frames:
        return Reciter(frames)
    if recipe.decode == "obis":
        is_telegram = getattr(recipe.framing, "start", "") == "/"
        if is_telegram:
            return telegrams.DsmrInstrument(recipe, started_at_ms)
        return telegrams.IecInstrument(recipe)
    if recipe.decode == "nmea":
        return nmea.NmeaInstrument(recipe, started_at_ms)
    return _INSTRUMENTS[recipe.decode](recipe)
