"""How a client gets its certificate (section 4.1)."""

import hashlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from collector.agent.authority import Authority
from collector.agent.inventory import Client
from collector.agent.operations.context import Context, new_id
from collector.agent.signing_request import parse_signing_request
from collector.errors import StateError
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.replies import refusal_reply
from collector.wire.topics import certificate_error_topic, certificate_topic

REMEMBERED_S = 300.0
"""How long an answer is kept for a requester that subscribes, or asks again, after it was given."""

_MAX_REMEMBERED = 1000
_MAX_REMINDERS = 8
_MINUTE_S = 60.0

log = logging.getLogger(__name__)

Publish = Callable[[str, bytes], None]


@dataclass(slots=True)
class Answer:
    """What a signing request led to.

    Attributes:
        topic: Where it goes.
        payload: The certificate in PEM, or an error reply.
        client: The id that was given; empty for an error.
        host: Whose request it was.
        until_s: Monotonic time until when it is remembered.
        reminders: How often it may still be sent to late subscribers.
    """

    topic: str
    payload: bytes
    client: str = ""
    host: str = ""
    until_s: float = 0.0
    reminders: int = _MAX_REMINDERS


class Enrolment:
    """Answers signing requests.

    The document lets a requester publish first and subscribe then, so an answer is remembered for
    a while: who subscribes late gets it again, and who repeats the same request gets the same
    certificate instead of another identity.

    Args:
        context: Where new clients go.
        certificate_days: How long certificates last.
        per_minute: How many requests one address may make within a minute.
    """

    def __init__(
        self, context: Context, authority: Authority, *, certificate_days: float, per_minute: int
    ) -> None:
        self._context = context
        self._authority = authority
        self._certificate_days = certificate_days
        self._per_minute = per_minute
        self._answers: dict[str, Answer] = {}
        self._requests: dict[str, deque[float]] = {}

    def answer(self, requester: str, payload: bytes) -> Answer:
        """Carry out a request, and return what to send where.

        Args:
            requester: Address and port.
            payload: The signing request; the hash in the topics is that of exactly these bytes.
        """
        digest = hashlib.sha256(payload).hexdigest()
        host = requester.rpartition(":")[0]
        known = self._remembered(digest)
        if known and known.host == host and known.client in self._context.clients:
            return known
        if not self._has_turn(host):
            text = f"At most {self._per_minute} signing requests a minute are taken."
            return self.refused(payload, Refusal(ErrorCode.OutOfRange, text))
        answer = self._decided(digest, payload)
        answer.host = host
        self._remember(digest, answer)
        return answer

    def refused(self, payload: bytes, refusal: Refusal) -> Answer:
        """Return the answer that refuses a request."""
        topic = certificate_error_topic(hashlib.sha256(payload).hexdigest())
        return Answer(topic, refusal_reply(refusal).payload())

    def late_answer(self, topic_filter: str) -> Answer | None:
        """Return the answer that a new subscriber to this filter has missed, if there is one."""
        digest, _, rest = topic_filter.removeprefix("/certBack/").partition("/")
        answer = self._remembered(digest.lower())
        if answer is None or not answer.reminders:
            return None
        if topic_filter != answer.topic and not (rest == "+" and answer.topic.endswith("/error")):
            return None
        answer.reminders -= 1
        return answer

    def _decided(self, digest: str, payload: bytes) -> Answer:
        try:
            return self._issued(digest, payload)
        except Refusal as refusal:
            return self.refused(payload, refusal)
        except StateError as error:
            log.error("cannot store a new client: %s", error)  # noqa: TRY400 - the line says it all
            text = "The client cannot be stored."
            return self.refused(payload, Refusal(ErrorCode.InternalError, text))

    def _issued(self, digest: str, payload: bytes) -> Answer:
        request = parse_signing_request(payload)
        client = new_id()
        certificate = self._authority.issue(request, client, self._certificate_days)
        self._context.store.save_client(client, request.name)
        self._context.clients[client] = Client(client, request.name)
        log.info("new client %s named %s", client, request.name)
        return Answer(certificate_topic(digest), certificate, client)

    def _remembered(self, digest: str) -> Answer | None:
        answer = self._answers.get(digest)
        if answer is not None and self._context.clock.monotonic_s() >= answer.until_s:
            del self._answers[digest]
            return None
        return answer

    def _remember(self, digest: str, answer: Answer) -> None:
        answer.until_s = self._context.clock.monotonic_s() + REMEMBERED_S
        self._answers.pop(digest, None)
        self._answers[digest] = answer
        if len(self._answers) > _MAX_REMEMBERED:
            del self._answers[next(iter(self._answers))]

    def _has_turn(self, host: str) -> bool:
        now_s = self._context.clock.monotonic_s()
        for other in [
            key for key, times in self._requests.items() if now_s - times[-1] > _MINUTE_S
        ]:
            del self._requests[other]
        times = self._requests.setdefault(host, deque())
        while times and now_s - times[0] >= _MINUTE_S:
            times.popleft()
        if len(times) >= self._per_minute:
            return False
        times.append(now_s)
        return True
