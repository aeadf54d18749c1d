"""Makes the decoder that a recipe asks for."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from collector_serial.decode.binary import BinaryDecoder
from collector_serial.decode.csv import CsvDecoder
from collector_serial.decode.decoder import Decoder
from collector_serial.decode.es51922 import MultimeterDecoder
from collector_serial.decode.json import JsonDecoder
from collector_serial.decode.key_value import KeyValueDecoder
from collector_serial.decode.mbus import MbusDecoder
from collector_serial.decode.modbus_sniff import ModbusSniffDecoder
from collector_serial.decode.nmea import NmeaDecoder
from collector_serial.decode.number import NumberDecoder
from collector_serial.decode.obis_text import ObisTextDecoder
from collector_serial.decode.regex import RegexDecoder
from collector_serial.decode.scales import KERN, MT_SICS, SBI, scale
from collector_serial.decode.scpi import ScpiDecoder
from collector_serial.decode.sml import SmlDecoder
from collector_serial.decode.teleinfo import TeleinfoDecoder
from collector_serial.settings.format import FormatSettings

_DECODERS: Mapping[str, Callable[[FormatSettings], Decoder]] = MappingProxyType(
    {
        "binary": BinaryDecoder,
        "csv": CsvDecoder,
        "es51922": MultimeterDecoder,
        "json": JsonDecoder,
        "kern": scale(KERN),
        "key-value": KeyValueDecoder,
        "mbus": MbusDecoder,
        "modbus-sniff": ModbusSniffDecoder,
        "mt-sics": scale(MT_SICS),
        "nmea": NmeaDecoder,
        "number": NumberDecoder,
        "obis": ObisTextDecoder,
        "regex": RegexDecoder,
        "sbi": scale(SBI),
        "scpi": ScpiDecoder,
        "sml": SmlDecoder,
        "teleinfo": TeleinfoDecoder,
    }
)


_WITHOUT_FIELDS = frozenset({"es51922", "kern", "mbus", "mt-sics", "sbi"})
_WITHOUT_KEYS = frozenset({"binary", "modbus-sniff"})


def make_decoder(recipe: FormatSettings) -> Decoder:
    """Return the decoder of a recipe.

    Raises:
        ValueError: The recipe lacks what it needs, or its fields cannot be told apart.
    """
    fields = recipe.field
    if fields and recipe.decode in _WITHOUT_FIELDS:
        raise ValueError(f"field: {recipe.decode} knows its values by itself, and takes no others")
    _require_distinct("metric", [field.metric for field in fields])
    if recipe.decode not in _WITHOUT_KEYS:
        _require_distinct("key", [field.source_key for field in fields])
    return _DECODERS[recipe.decode](recipe)


def _require_distinct(what: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"field: {twice!r} is the {what} of two fields")
