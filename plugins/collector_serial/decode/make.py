"""Makes the decoder that a recipe asks for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from collector_serial.decode.binary import BinaryDecoder
from collector_serial.decode.csv import CsvDecoder
from collector_serial.decode.decoder import Decoder
from collector_serial.decode.json import JsonDecoder
from collector_serial.decode.key_value import KeyValueDecoder
from collector_serial.decode.nmea import NmeaDecoder
from collector_serial.decode.number import NumberDecoder
from collector_serial.decode.obis_text import ObisTextDecoder
from collector_serial.decode.regex import RegexDecoder
from collector_serial.settings.format import FormatSettings

_DECODERS: Mapping[str, Callable[[FormatSettings], Decoder]] = MappingProxyType(
    {
        "binary": BinaryDecoder,
        "csv": CsvDecoder,
        "json": JsonDecoder,
        "key-value": KeyValueDecoder,
        "nmea": NmeaDecoder,
        "number": NumberDecoder,
        "obis": ObisTextDecoder,
        "regex": RegexDecoder,
    }
)


def make_decoder(recipe: FormatSettings) -> Decoder:
    """Return the decoder of a recipe.

    Raises:
        ValueError: The recipe lacks what it needs.
    """
    return _DECODERS[recipe.decode](recipe)
