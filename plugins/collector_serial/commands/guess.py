"""Guesses what bytes are: the format, and the parity that they were sent with. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collector import MetricValue
from collector_serial.decode.decoder import BadFrameError, Decoder, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.decode.values import parsed
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.framing.framer import Framer
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.framing import LineFraming

_ENOUGH = 0.5
_PARITY_SHARE = 0.97
_SEPARATORS = (",", ";", "\t", " ")
_END_BYTES = 2  # of lines, which are taken off
_SEVEN_BITS = 0x7F
_UNCHECKED = 0.8  # a format that proves nothing counts less than one that does
_ASKED_ONLY = "scpi"  # what such instruments say by themselves is any number
_GENERIC = frozenset({"number", "key-value", "json-lines", "csv"})


@dataclass(frozen=True, slots=True)
class Guess:
    """What bytes may be.

    Attributes:
        format: The format.
        score: The share of the bytes that it makes sense of, less where it proves nothing.
        frames: How many frames there were.
        values: What the last of them said.
        settings: What the source has to say besides the format.
    """

    format: str
    score: float
    frames: int
    values: Mapping[str, MetricValue]
    settings: Mapping[str, object]

    @property
    def is_convincing(self) -> bool:
        """Whether most of the bytes make sense."""
        return self.score >= _ENOUGH


def parity_of(octets: bytes) -> str:
    """Return E or O if the highest bits of all bytes are a parity, else N."""
    if not any(octet > _SEVEN_BITS for octet in octets):
        return "N"
    odd = sum(octet.bit_count() & 1 for octet in octets) / len(octets)
    return "E" if odd <= 1 - _PARITY_SHARE else "O" if odd >= _PARITY_SHARE else "N"


def guesses(octets: bytes) -> list[Guess]:
    """Return the formats that make sense of bytes, the likeliest first."""
    parity = parity_of(octets)
    if parity != "N":
        octets = bytes(octet & _SEVEN_BITS for octet in octets)
    found = [guess for recipe in _candidates(octets) if (guess := _tried(*recipe, octets))]
    return sorted(found, key=lambda guess: -guess.score)


def _candidates(octets: bytes) -> Iterator[tuple[str, FormatSettings, dict[str, object]]]:
    for name in format_names():
        if name == _ASKED_ONLY:
            continue
        yield name, format_named(name), {}
    for separator in _SEPARATORS:
        count = _columns(octets, separator)
        if count > 1:
            said: dict[str, object] = {
                "separator": separator,
                "columns": [f"column_{number}" for number in range(1, count + 1)],
            }
            yield "csv", format_named("csv").model_copy(update=said), said


def _columns(octets: bytes, separator: str) -> int:
    """Return how many columns most lines have whose cells are numbers."""
    lines = octets.decode("latin-1").split("\n")[1:-1]
    rows = [line.strip().split(separator) for line in lines]
    counts = [len(row) for row in rows if all(parsed(cell) is not None for cell in row)]
    return max(set(counts), key=counts.count) if counts else 0


def _tried(
    name: str, recipe: FormatSettings, settings: Mapping[str, object], octets: bytes
) -> Guess | None:
    try:
        framer, decoder = make_main_framer(recipe), make_decoder(recipe)
    except ValueError:  # it needs to be told more than can be guessed
        return None
    framer.restart(is_clean=not isinstance(recipe.framing, LineFraming))
    understood, size, values = _understood(framer, decoder, octets)
    if not understood:
        return None
    is_proven = recipe.checksum is not None or name == "sml"
    score = size / len(octets) * (1.0 if is_proven else _UNCHECKED)
    score *= _UNCHECKED if name in _GENERIC else 1.0
    return Guess(name, score, understood, values, settings)


def _understood(
    framer: Framer, decoder: Decoder, octets: bytes
) -> tuple[int, int, Mapping[str, MetricValue]]:
    """Return how many frames a format understands, their bytes, and what the last one said."""
    frames: Sequence[bytes] = [*framer.feed(octets), *framer.silence()]
    count, size, longest = 0, 0, 0
    values: Mapping[str, MetricValue] = {}
    for frame in frames:
        try:
            decoded = decoder.decode(frame)
        except BadFrameError:
            continue
        except NoValueError:
            decoded = None
        count += 1
        size += len(frame) + _END_BYTES
        longest = max(longest, len(frame) + _END_BYTES)
        values = (decoded.values if decoded else None) or values
    # the first and the last frame of any look are cut off
    return count, min(size + 2 * longest, len(octets)), values
