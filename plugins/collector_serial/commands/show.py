"""Shows bytes, values and configurations as text. Pure."""

from collections.abc import Iterator, Mapping

from collector import MetricValue
from collector_serial.commands.guess import Guess

_BYTES_PER_LINE = 16
_PRINTABLE = range(0x20, 0x7F)


def hex_lines(octets: bytes, offset: int) -> Iterator[str]:
    """Give bytes in lines: their place, their digits, their letters."""
    for begin in range(0, len(octets), _BYTES_PER_LINE):
        piece = octets[begin : begin + _BYTES_PER_LINE]
        letters = "".join(chr(octet) if octet in _PRINTABLE else "." for octet in piece)
        yield f"{offset + begin:6d}  {piece.hex(' '):<{3 * _BYTES_PER_LINE}} {letters}"


def values_line(values: Mapping[str, MetricValue]) -> str:
    """Return values in one line."""
    return ", ".join(f"{metric} = {_shown(value)}" for metric, value in values.items()) or "-"


def _shown(value: MetricValue) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def suggestion(port: str, baudrate: int, parity: str, guess: Guess) -> str:
    """Return the source that reads such a device, as it is written in a configuration."""
    lines = [
        "[[source]]",
        'plugin = "serial"',
        'sensor = "instrument"',
        'interval = "10s"',
        f'port = "{port}"',
        f"baudrate = {baudrate}",
    ]
    if parity != "N":
        lines += ["bytesize = 7", f'parity = "{parity}"']
    lines.append(f'format = "{guess.format}"')
    lines += [f"{key} = {_toml(value)}" for key, value in guess.settings.items()]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
