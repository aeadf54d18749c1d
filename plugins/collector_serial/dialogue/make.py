"""Makes the exchanges that a recipe asks for."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from collector_serial.checks.check import make_check
from collector_serial.decode.decoder import Decoder
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.iec62056 import iec62056_exchange
from collector_serial.dialogue.mbus import mbus_exchange
from collector_serial.dialogue.request import request_exchange
from collector_serial.dialogue.step import Exchange
from collector_serial.framing.framer import Framer
from collector_serial.framing.lines import LineFramer
from collector_serial.framing.make import make_framer
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.framing import LineFraming
from collector_serial.settings.line import CHECKED_PARITIES
from collector_serial.settings.request import RequestSettings
from collector_serial.settings.source import SerialSettings

_DIALOGUES: Mapping[str, Callable[[FormatSettings, SerialSettings, Framer, Decoder], Exchange]] = (
    MappingProxyType({"iec62056-21": iec62056_exchange, "mbus": mbus_exchange})
)


def make_main_framer(recipe: FormatSettings) -> Framer:
    """Return the framer of a recipe, with its check.

    Raises:
        ValueError: It has none.
    """
    if recipe.framing is None:
        raise ValueError('framing: is needed, such as { type = "lines" }')
    check = make_check(recipe.checksum)
    if isinstance(recipe.framing, LineFraming) and recipe.parity in CHECKED_PARITIES:
        return LineFramer(recipe.framing, check, nul_is_damage=True)
    return make_framer(recipe.framing, check)


def make_exchanges(
    recipe: FormatSettings, settings: SerialSettings, framer: Framer
) -> Sequence[Exchange]:
    """Return what the device is asked; nothing for one that talks by itself.

    Raises:
        ValueError: The recipe lacks what it needs.
    """
    if recipe.dialogue:
        dialogue = _DIALOGUES[recipe.dialogue]
        return (dialogue(recipe, settings, framer, make_decoder(recipe)),)
    if recipe.decode == "scpi" and not recipe.request:
        raise ValueError("request: scpi instruments have to be asked, say what")
    shared = _shared_decoder(recipe)
    return [
        request_exchange(
            request,
            framer,
            _decoder_for(request, recipe) if request.metric else shared(),
            settings.response_timeout,
        )
        for request in recipe.request
        if not request.at_open
    ]


def _shared_decoder(recipe: FormatSettings) -> Callable[[], Decoder]:
    """Return what makes the decoder of all requests without a metric, when it is needed."""
    made: list[Decoder] = []

    def shared() -> Decoder:
        if not made:
            made.append(make_decoder(recipe))
        return made[0]

    return shared


def _decoder_for(request: RequestSettings, recipe: FormatSettings) -> Decoder:
    metric = request.metric or ""
    known = [field for field in recipe.field if field.metric == metric]
    fields = known or [FieldSettings(metric=metric)]
    return make_decoder(recipe.model_copy(update={"field": fields}))
