"""Takes requests in and sends answers out, at their time and at the line's pace."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from collector import Clock
from collector_modbus.simulator import pdus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.loop import Loop
from collector_modbus.simulator.misdeeds import Outcome, Request
from collector_modbus.simulator.pacing import LinePace
from collector_modbus.simulator.ports import Receive, Write
from collector_modbus.simulator.request_log import RequestLog

_STALE_AFTER_S = 0.1
"""A rest that ends an RTU frame for sure, however busy the machine is at the moment."""


class Exchange:
    """The devices of one bus. All of it runs in the bus's thread.

    Args:
        framing: How messages lie in the stream.
        loop: The bus's thread.
        clock: What delays are measured by.
        pace: Of a line whose speed is to be felt.

    Attributes:
        devices: The devices by unit id.
        log: What was asked.
    """

    def __init__(
        self, framing: pdus.Framing, loop: Loop, clock: Clock, *, pace: LinePace | None
    ) -> None:
        self.devices: dict[int, SimulatedDevice] = {}
        self.log = RequestLog()
        self._framing = framing
        self._loop = loop
        self._clock = clock
        self._pace = pace
        self._busy_until_s: dict[int, float] = {}
        self._line_free_at_s = 0.0
        self._started_at_s = clock.monotonic_s()

    def converse(self, write: Write) -> Receive:
        """Serve one more client, who hears what is written so."""
        return _Conversation(self._framing, self._clock, write, self._take).receive

    def _take(self, question: "_Question") -> None:
        frame = question.frame
        device = self.devices.get(frame.unit_id)
        request = self._request_of(frame, device)
        self.log.add(request)
        if device is not None:
            outcome = device.outcome_of(request)
            if not outcome.silent:
                t_s = question.heard_at_s - self._started_at_s
                self._answer(question, device.answer(frame.pdu, outcome, t_s), outcome)
        elif not self._framing.is_serial:
            refusal = pdus.exception_answer(frame.pdu[0], pdus.TARGET_FAILED_TO_RESPOND)
            self._answer(question, refusal, Outcome())

    def _request_of(self, frame: pdus.Frame, device: SimulatedDevice | None) -> Request:
        query = pdus.query_of(frame.pdu)
        return Request(
            unit_id=frame.unit_id,
            function=frame.pdu[0],
            block=query.block if isinstance(query, pdus.ReadQuery) else None,
            number=device.next_number() if device is not None else 1,
            transaction_id=frame.transaction_id,
            is_checked=self._framing.is_serial,
        )

    def _answer(self, question: "_Question", pdu: bytes, outcome: Outcome) -> None:
        frame = question.frame
        right = pdus.Frame(frame.unit_id, pdu, frame.transaction_id)
        due_s = question.heard_at_s + outcome.delay_s
        if self._pace is not None:
            due_s += self._pace.answer_after_s(len(self._framing.join(frame)))
        due_s = max(due_s, self._busy_until_s.get(frame.unit_id, 0.0))
        for offset_s, data in outcome.pieces(self._framing.join(outcome.disguised(right))):
            at_s = self._busy_until_s[frame.unit_id] = due_s + offset_s
            self._loop.at(at_s, partial(self._send, question.write, data, at_s))

    def _send(self, write: Write, data: bytes, due_s: float) -> None:
        if self._pace is None:
            write(data)
            return
        starts_at_s = max(due_s, self._line_free_at_s)
        for offset_s, chunk in self._pace.chunks(data):
            self._line_free_at_s = starts_at_s + offset_s
            self._loop.at(self._line_free_at_s, partial(write, chunk))


@dataclass(frozen=True, slots=True)
class _Question:
    """A request, who hears the answer, and when it arrived."""

    frame: pdus.Frame
    write: Write
    heard_at_s: float


class _Conversation:
    """Finds the requests in what one client sends."""

    def __init__(
        self, framing: pdus.Framing, clock: Clock, write: Write, take: Callable[[_Question], None]
    ) -> None:
        self._framing = framing
        self._clock = clock
        self._write = write
        self._take = take
        self._rest = b""
        self._heard_at_s = 0.0

    def receive(self, data: bytes) -> None:
        now_s = self._clock.monotonic_s()
        if self._framing.rests_between_frames and now_s - self._heard_at_s > _STALE_AFTER_S:
            self._rest = b""
        self._heard_at_s = now_s
        frames, self._rest = self._framing.split(self._rest + data)
        for frame in frames:
            self._take(_Question(frame, self._write, now_s))
