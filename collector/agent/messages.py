"""What a request leads to on the wire."""

from collections.abc import Callable
from typing import NamedTuple

from collector.agent.enrolment import Answer
from collector.agent.operations.context import Outcome
from collector.agent.options import MQTT, PROVISION
from collector.agent.routes import Route
from collector.wire.replies import refusal_reply


class Messages(NamedTuple):
    """What is published after one request, in order; a named tuple as `Outcome` is one.

    Attributes:
        answers: Topic and message of each reply or error.
        live: The same of live data, which follows.
        ends_client: The client to cut off afterwards; empty for none.
    """

    listener: str
    answers: tuple[tuple[str, bytes], ...] = ()
    live: tuple[tuple[str, bytes], ...] = ()
    ends_client: str = ""

    def answered(self, times: int) -> "Messages":
        """Return the same with every answer so many times."""
        return self._replace(answers=self.answers * times)


def messages_of(route: Route, outcome: Outcome, is_wanted: Callable[[str, str], bool]) -> Messages:
    """Return what the outcome of a request leads to.

    Live data is left out unless ``is_wanted`` tells, of the listener and the topic, that somebody
    subscribes to it.
    """
    answers: tuple[tuple[str, bytes], ...] = ()
    if outcome.refusal is not None:
        payload = refusal_reply(outcome.refusal).payload()
        answers = tuple([(topic, payload) for topic in route.errors])
    elif outcome.reply is not None:
        answers = tuple([(topic, outcome.reply) for topic in route.info])
    live: tuple[tuple[str, bytes], ...] = ()
    if outcome.live is not None and is_wanted(MQTT, route.live):
        live = tuple([(route.live, payload) for payload in outcome.live()])
    return Messages(MQTT, answers, live, route.address.client if outcome.ends_client else "")


def messages_of_enrolment(answer: Answer) -> Messages:
    """Return what the answer to a signing request leads to."""
    return Messages(PROVISION, ((answer.topic, answer.payload),))
