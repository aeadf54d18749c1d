"""Takes what clients publish, and publishes what the contract answers."""

import logging

from collector.agent.broker import Broker
from collector.agent.enrolment import Enrolment
from collector.agent.fault_plan import FaultPlan
from collector.agent.faults import CREATE_CLIENT
from collector.agent.messages import Messages, messages_of, messages_of_enrolment
from collector.agent.operations.context import Context, Outcome
from collector.agent.options import MQTT, PROVISION
from collector.agent.routes import Route, Routes
from collector.agent.striking import Defer, Struck
from collector.errors import StateError
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.replies import refusal_reply
from collector.wire.topics import parse_reply

LEAVE_S = 0.2
"""How long a client that has deleted itself may stay connected; the contract gives it no answer."""

log = logging.getLogger(__name__)


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
                return Struck(
                    fault,
                    lambda: self._carried_out(route, payload),
                    lambda refusal: self._messages(route, Outcome(refusal=refusal)),
                ).handle(self._send, self._defer)
        self._send(self._carried_out(route, payload))
        return True

    def remind(self, topic_filter: str) -> None:
        """Send a certificate again to somebody who subscribes to its topic just now."""
        answer = self._enrolment.late_answer(topic_filter)
        if answer is not None:
            self._defer(0.0, lambda: self._send(messages_of_enrolment(answer)))

    def _enrol(self, requester: str, payload: bytes) -> bool | None:
        fault = self._faults and self._faults.strikes(CREATE_CLIENT, "", "")
        if fault:
            return Struck(
                fault,
                lambda: messages_of_enrolment(self._enrolment.answer(requester, payload)),
                lambda refusal: messages_of_enrolment(self._enrolment.refused(payload, refusal)),
            ).handle(self._send, self._defer)
        self._send(messages_of_enrolment(self._enrolment.answer(requester, payload)))
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
        return self._messages(route, outcome)

    def _messages(self, route: Route, outcome: Outcome) -> Messages:
        return messages_of(route, outcome, self._broker.is_wanted)

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
            # Later, so that this very message is still acknowledged, and the client can take leave:
            # mosquitto_pub fails when it is cut off first. Nothing more is taken of it meanwhile.
            self._defer(LEAVE_S, lambda: self._broker.disconnect(messages.ends_client))
