"""Makes the decoder that a recipe asks for."""

from collections.abc import Callable, Mapping
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


def make_decoder(recipe: FormatSettings) -> Decoder:
    """Return the decoder of a recipe.

    Raises:
        ValueError: The recipe lacks what it needs.
    """
    return _DECODERS[recipe.decode](recipe)
