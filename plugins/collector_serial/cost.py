"""What asking a device costs its line: the real dialogue, held with the simulated device."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector import ReadCost
from collector_serial.decode.decoder import BadFrameError
from collector_serial.dialogue.step import Exchange, Pause, Receive, Send, SetBaudrate
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.line import BAUDRATE
from collector_serial.settings.octets import octets
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.instrument import Instrument
from collector_serial.simulator.making import make_instrument

_START_BIT = 1
_MOST_STEPS = 1000
"""No dialogue has so many: one that a device's answers keep going is given up."""


@dataclass(slots=True)
class _Line:
    """What has gone over a line, in its time.

    Attributes:
        sent_s: Of what was sent, and of the pauses.
        heard_s: Of the answers.
        requests: How many were sent.
    """

    recipe: FormatSettings
    instrument: Instrument
    baudrate: int
    sent_s: float = 0.0
    heard_s: float = 0.0
    requests: int = 0
    _asked: bytes = b""

    def run(self, exchange: Exchange) -> bool:
        """Hold a dialogue; false where the simulated device does not come to its end."""
        talk = exchange.talk()
        answer = b""
        try:
            for _ in range(_MOST_STEPS):
                step = talk.send(answer) if answer else next(talk)
                answer = self._do(step)
                if isinstance(step, Receive) and not answer:
                    return False
        except StopIteration:
            return True
        except BadFrameError:
            return False
        return False

    def _do(self, step: Send | Receive | Pause | SetBaudrate) -> bytes:
        if isinstance(step, Send):
            self._asked = step.octets
            self.requests += 1
            self.sent_s += self._took_s(step.octets)
        elif isinstance(step, Pause):
            self.sent_s += step.seconds
        elif isinstance(step, SetBaudrate):
            self.baudrate = step.baudrate
        else:
            return self._answer(step)
        return b""

    def _answer(self, step: Receive) -> bytes:
        request = next(
            (each for each in self.recipe.request if octets(each.send) == self._asked), None
        )
        heard = self.instrument.answer(request, self._asked, 0.0)
        self.heard_s += self._took_s(heard)
        step.framer.restart(is_clean=True)
        frames = [*step.framer.feed(heard), *step.framer.silence()]
        return frames[0] if frames else b""

    def _took_s(self, data: bytes) -> float:
        recipe = self.recipe
        has_parity = recipe.parity not in (None, "N")
        bits = _START_BIT + (recipe.bytesize or 8) + has_parity + (recipe.stopbits or 1)
        return len(data) * bits / self.baudrate


def read_cost(settings: SerialSettings, exchanges: Iterable[Exchange]) -> ReadCost | None:
    """Return what it costs to ask all of this once; None where it cannot be told.

    How long answers are is only expected: it is those of the simulated device that are counted.

    Args:
        settings: The source's.
        exchanges: What is asked; objects that are not used otherwise.
    """
    recipe = settings.recipe()
    try:
        instrument = make_instrument(recipe, settings.simulate.frames, 0)
    except ValueError:  # the format does not tell enough to speak it
        return None
    line = _Line(recipe, instrument, recipe.baudrate or BAUDRATE)
    if not all(line.run(exchange) for exchange in exchanges):
        return None
    return ReadCost(
        link_s=line.sent_s + line.heard_s, certain_link_s=line.sent_s, requests=line.requests
    )
