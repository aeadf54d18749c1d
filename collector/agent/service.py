"""Takes what clients publish, and publishes what the contract answers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from collector.agent.broker import Broker
from collector.agent.enrolment import Answer, Enrolment
from collector.agent.fault_plan import FaultPlan
from collector.agent.faults import CREATE_CLIENT, Action, Fault
from collector.agent.operations.context import Context, Outcome
from collector.agent.options import MQTT, PROVISION
from collector.agent.routes import Route, Routes
from collector.errors import StateError
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.replies import refusal_reply
from collector.wire.topics import parse_reply

log = logging.getLogger(__name__)

Defer = Callable[[float, Callable[[], None]], object]
"""Runs something on the event loop, this many seconds later."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What one request leads to on the wire, in order.

    Attributes:
        answers: Topic and message of each reply or error.
        live: The same of live data, which follows.
        ends_client: The client to cut off afterwards; empty for none.
    """

    listener: str
    answers: tuple[tuple[str, bytes], ...] = ()
    live: tuple[tuple[str, bytes], ...] = ()
    ends_client: str = ""


class AgentService:
    """The `collector.agent.broker.Service` of the agent. Everything runs on the event loop.

    Args:
        broker: Takes the answers.
        faults: What to do wrong on purpose; None for nothing.
        defer: The loop's timer.
    """

    def __init__(
        self,
        context: Context,
        enrolment: Enrolment,
        broker: Broker,
        defer: Defer,
        faults: FaultPlan | None = None,
    ) -> None:
        self._context = context
        self._enrolment = enrolment
        self._broker = broker
        self._defer = defer
        self._faults = faults
        self._routes = Routes()

    def handle(self, client: str, listener: str, topic: str, payload: bytes) -> bool | None:
        """See `collector.agent.broker.Service`."""
        if listener == PROVISION:
            return self._enrol(client, payload)
        if client not in self._context.clients:
            return False  # deleted a moment ago, while more of it was on the way
        route = self._routes.find(topic)
        if route is None:
            self._refuse_topic(topic)
            return True
        if self._faults is not None:
            address = route.address
            fault = self._faults.strikes(route.operation.name.lower(), client, address.sensor)
            if fault is not None:
                return self._strike(
                    fault,
                    lambda: self._carried_out(route, payload),
                    lambda refusal: _messages(route, Outcome(refusal=refusal)),
                )
        self._send(self._carried_out(route, payload))
        return True

    def remind(self, topic_filter: str) -> None:
        """Send a certificate again to somebody who subscribes to its topic just now."""
        answer = self._enrolment.late_answer(topic_filter)
        if answer is not None:
            self._defer(0.0, lambda: self._send(_enrolled(answer)))

    def _enrol(self, requester: str, payload: bytes) -> bool | None:
        fault = self._faults and self._faults.strikes(CREATE_CLIENT, "", "")
        if fault:
            return self._strike(
                fault,
                lambda: _enrolled(self._enrolment.answer(requester, payload)),
                lambda refusal: _enrolled(self._enrolment.refused(payload, refusal)),
            )
        self._send(_enrolled(self._enrolment.answer(requester, payload)))
        return True

    def _carried_out(self, route: Route, payload: bytes) -> Messages:
        client = self._context.clients[route.address.client]
        try:
            outcome = route.handler(self._context, client, route.address, payload)
        except Refusal as refusal:
            outcome = Outcome(refusal=refusal)
        except StateError as error:
            log.error("%s: %s", route.operation.value, error)  # noqa: TRY400 - the line says it all
            text = "Internal Error. Please check the agent's log."
            outcome = Outcome(refusal=Refusal(ErrorCode.InternalError, text))
        return _messages(route, outcome)

    def _refuse_topic(self, topic: str) -> None:
        # What only the agent publishes is no request, and answering it could go on for ever.
        if parse_reply(topic) is not None or topic.endswith("/inbox"):
            return
        refusal = Refusal(ErrorCode.ForbiddenAccess, "The requested resource does not exist.")
        answer = (f"{topic}/error/inbox", refusal_reply(refusal).payload())
        self._send(Messages(MQTT, (answer,)))

    def _send(self, messages: Messages) -> None:
        publish, listener = self._broker.publish, messages.listener
        for topic, payload in messages.answers:
            publish(listener, topic, payload)
        for topic, payload in messages.live:
            publish(listener, topic, payload)
        if messages.ends_client:
            # Later, so that this very message is still acknowledged.
            self._defer(0.0, lambda: self._broker.disconnect(messages.ends_client))

    def _strike(
        self,
        fault: Fault,
        carry_out: Callable[[], Messages],
        refuse: Callable[[Refusal], Messages],
    ) -> bool | None:
        if fault.action is Action.LOSE:
            return True
        if fault.action is Action.IGNORE:
            return None
        if fault.action in (Action.ERROR, Action.CLOSE):
            if fault.store:
                carry_out()
            if fault.action is Action.CLOSE:
                return False
            refusal = Refusal(ErrorCode(fault.code), fault.message, fault.metrics)
            self._send(refuse(refusal))
            return True
        self._send_wrong(fault, carry_out())
        return True

    def _send_wrong(self, fault: Fault, messages: Messages) -> None:
        if fault.action is Action.DELAY:
            self._defer(fault.delay_s, lambda: self._send(messages))
        elif fault.action is Action.DUPLICATE:
            twice = messages.answers * 2
            self._send(Messages(messages.listener, twice, messages.live, messages.ends_client))
        else:
            self._send(Messages(messages.listener, (), messages.live, messages.ends_client))


def _messages(route: Route, outcome: Outcome) -> Messages:
    answers: tuple[tuple[str, bytes], ...] = ()
    if outcome.refusal is not None:
        payload = refusal_reply(outcome.refusal).payload()
        answers = tuple((topic, payload) for topic in route.errors)
    elif outcome.reply is not None:
        answers = tuple((topic, outcome.reply) for topic in route.info)
    live = tuple((route.live, payload) for payload in outcome.live)
    return Messages(MQTT, answers, live, route.address.client if outcome.ends_client else "")


def _enrolled(answer: Answer) -> Messages:
    return Messages(PROVISION, ((answer.topic, answer.payload),))
