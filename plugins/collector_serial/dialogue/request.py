"""A request and its answer."""

from collector_serial.decode.decoder import Decoder
from collector_serial.dialogue.step import Exchange, Receive, Send, Talk
from collector_serial.framing.framer import Framer
from collector_serial.settings.octets import octets
from collector_serial.settings.request import RequestSettings

_SHOWN = 40


def request_exchange(
    request: RequestSettings, framer: Framer, decoder: Decoder, timeout_s: float
) -> Exchange:
    """Return the exchange of a request."""
    sent = octets(request.send)

    def talk() -> Talk:
        yield Send(sent)
        return [(yield Receive(framer, timeout_s))]

    return Exchange(_title(request.send), request.group, decoder, talk)


def _title(send: str) -> str:
    return repr(send.strip())[:_SHOWN]
