"""One link with all its units: asks, and takes only the answer to what was asked."""

from collections import defaultdict
from typing import NamedTuple

from collector import Clock, Deadline, Tape
from collector_modbus.bus.breaker import Breaker
from collector_modbus.bus.fences import fence_for
from collector_modbus.bus.line import Line
from collector_modbus.bus.owed import Owed
from collector_modbus.bus.record import UnitRecord
from collector_modbus.bus.tickets import Tickets
from collector_modbus.bus.timing import Turnaround
from collector_modbus.errors import (
    GATEWAY_CODES,
    DeviceError,
    LinkError,
    NoAnswerError,
    NoTimeError,
)
from collector_modbus.protocol import queries
from collector_modbus.protocol.framing import Frame
from collector_modbus.protocol.queries import Query
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings, SerialLink

LONGEST_REST_S = 1.0
"""After a missing answer the line rests for a response timeout, but no longer than this."""

_SILENT_BEFORE_RECONNECT = 2
_MOST_FENCES = 3
_NOISE_S = 3.0
_UNKNOWN_LENGTH = 64

_FAIR_SHARE = 0.5
"""Of the response timeout: a unit that was given less by the deadline may well be there."""


class _Request(NamedTuple):
    unit_id: int
    query: Query
    transaction_id: int
    sent_s: float


class Bus:
    """A serial line or a connection, shared by the sources of one link.

    Not safe across threads: all sources of a link run in the link's thread.

    Args:
        link: Its settings.
        line: The frames.
        clock: The time.

    Attributes:
        breaker: Who is left alone.
        turnaround: How fast the units answer.
        records: What happened, by unit id.
    """

    def __init__(self, link: LinkSettings, line: Line, clock: Clock) -> None:
        self.breaker = Breaker(link.dead_unit_share, clock)
        self.turnaround = Turnaround()
        self.records: defaultdict[int, UnitRecord] = defaultdict(UnitRecord)
        self._link = link
        self._line = line
        self._clock = clock
        self._owed = Owed(link.response_timeout)
        self._tickets = Tickets()
        self._is_tagged = line.has_transaction_ids and _checks_ids(link)
        self._pause_s = max(line.timing.silence_s, link.delay_between_requests)
        self._has_pauses = self._pause_s > 0 or link.delay_after_connect > 0
        self._rest_s = min(link.response_timeout, LONGEST_REST_S)
        self._users = 0
        self._silent_in_a_row = 0

    def join(self, unit_id: int) -> None:
        """Note one more source; the link itself is opened with the first request."""
        self._users += 1
        self.breaker.join(unit_id)

    def leave(self, unit_id: int) -> None:
        """Note one source less; the last one closes the link."""
        self._users -= 1
        self.breaker.leave(unit_id)
        if not self._users:
            self._line.close()

    def record(self, tape: Tape) -> None:
        """Note what passes from now on there: who asks next wants to know."""
        self._line.tape = tape

    def open(self) -> None:
        """Open the link unless it is open. `ask` does so by itself.

        Raises:
            LinkError: It cannot be opened.
        """
        self._line.open()

    def read(self, unit_id: int, block: Block, deadline: Deadline) -> bytes:
        """Return the data of a block: packed bits, or two bytes per register.

        Raises:
            DeviceError: The unit refused.
            NoAnswerError: It gave no sound answer in time.
            LinkError: The link is not there, or broke.
        """
        began_s = self._clock.monotonic_s()
        try:
            return queries.data_of(self.ask(unit_id, queries.read(block), deadline, block))
        except DeviceError as error:
            if error.code not in GATEWAY_CODES:
                raise
            cost_s = self._clock.monotonic_s() - began_s
            message = f"unit {unit_id} does not answer its gateway: {error}"
            raise NoAnswerError(message, cost_s=cost_s) from error

    def ask(
        self, unit_id: int, query: Query, deadline: Deadline, block: Block | None = None
    ) -> bytes:
        """Return the PDU that answers a query; it may be an exception.

        Args:
            unit_id: Whom to ask.
            query: What to ask.
            deadline: When to give up at the latest.
            block: What the query reads, if it reads.

        Raises:
            NoAnswerError: There was no sound answer in time, or no time to ask.
            LinkError: The link is not there, or broke.
        """
        began_s = self._clock.monotonic_s()
        try:
            self._line.open()
            if not self._is_tagged:
                self._settle_debts(unit_id, query, deadline, block)
            return self._exchange(unit_id, query, deadline)
        except LinkError:
            self._line.close()
            raise
        except NoAnswerError as error:
            error.cost_s = self._clock.monotonic_s() - began_s
            raise

    def _settle_debts(
        self, unit_id: int, query: Query, deadline: Deadline, block: Block | None
    ) -> None:
        for _ in range(_MOST_FENCES):
            now_s = self._clock.monotonic_s()
            if self._owed.is_far_behind(unit_id, now_s):
                self._line.await_rest(self._note_stray, deadline.at_s + _NOISE_S)
                break
            if not self._owed.could_be_mistaken(unit_id, query, now_s):
                return
            fence = fence_for(block, unit_id, self._owed, self._tickets.next_id(), now_s)
            self._exchange(unit_id, fence, deadline)
        raise NoAnswerError(
            f"unit {unit_id} is behind with its answers: they do not fit the requests"
        )

    def _exchange(self, unit_id: int, query: Query, deadline: Deadline) -> bytes:
        if not self._is_tagged or self._has_pauses:
            self._line.await_rest(self._note_stray, deadline.at_s + _NOISE_S)
        wire_s = self._wire_s(query)
        if deadline.remaining_s() <= wire_s:
            raise NoTimeError(f"unit {unit_id} was not asked: no time was left for it")
        request = _Request(unit_id, query, self._tickets.next_id(), self._clock.monotonic_s())
        until_s = min(deadline.at_s, request.sent_s + wire_s + self._link.response_timeout)
        try:
            self._line.send(unit_id, query.pdu, request.transaction_id, deadline)
            answer = self._await(request, until_s)
        except LinkError:
            self._note_unanswered(request)  # the answer may come when the link is there again
            raise
        if answer is None:
            raise self._missing(request, waited_s=until_s - request.sent_s - wire_s)
        self._note_answered(request, answer, wire_s)
        return answer

    def _await(self, request: _Request, until_s: float) -> bytes | None:
        while (frame := self._line.next_frame(until_s)) is not None:
            is_ours = not self._is_tagged or frame.transaction_id == request.transaction_id
            is_its = frame.unit_id == request.unit_id
            if is_ours and is_its and request.query.is_answered_by(frame.pdu):
                return frame.pdu
            self._note_stray(frame)
        return None

    def _note_answered(self, request: _Request, answer: bytes, wire_s: float) -> None:
        self._silent_in_a_row = 0
        self._line.rest_for(self._pause_s)
        self._owed.answered(request.unit_id, request.query, answer, request.sent_s)
        self.records[request.unit_id].answers += 1
        took_s = self._clock.monotonic_s() - request.sent_s
        self.turnaround.note(took_s - wire_s - self._line.timing.silence_s)

    def _note_unanswered(self, request: _Request) -> None:
        if self._is_tagged:
            self._tickets.unanswered(request.transaction_id, request.sent_s)
        else:
            self._owed.add(request.unit_id, request.query, request.sent_s)

    def _missing(self, request: _Request, waited_s: float) -> NoAnswerError:
        took_s = self._clock.monotonic_s() - request.sent_s
        self._note_unanswered(request)
        record = self.records[request.unit_id]
        record.timeouts += 1
        junk = self._line.take_rest()
        record.damaged += bool(junk)
        is_silent = not junk
        if self._line.is_open and self._is_tagged:
            is_silent = not self._await_late(request.transaction_id)
        elif self._line.is_open:
            self._line.rest_for(self._rest_s)
            self._line.await_rest(self._note_stray, self._clock.monotonic_s() + _NOISE_S)
        self._mind_silence(is_silent=is_silent)
        return NoAnswerError(
            f"unit {request.unit_id} {_lack(junk, took_s)}{record.hint}",
            is_cut=waited_s < _FAIR_SHARE * self._link.response_timeout,
        )

    def _await_late(self, transaction_id: int) -> bool:
        """Wait once more, so that requests do not pile up in a slow gateway."""
        until_s = self._clock.monotonic_s() + self._rest_s
        while (frame := self._line.next_frame(until_s)) is not None:
            self._note_stray(frame)
            if frame.transaction_id == transaction_id:
                return True
        return False

    def _mind_silence(self, *, is_silent: bool) -> None:
        self._silent_in_a_row = self._silent_in_a_row + 1 if is_silent else 0
        is_connection = not isinstance(self._link, SerialLink)
        if is_connection and self._silent_in_a_row >= _SILENT_BEFORE_RECONNECT:
            self._line.close()  # a connection that only looks open never says so
            self._silent_in_a_row = 0

    def _note_stray(self, frame: Frame) -> None:
        now_s = self._clock.monotonic_s()
        if self._is_tagged:
            asked_at_s = self._tickets.came_late(frame.transaction_id)
        else:
            asked_at_s = self._owed.came_late(frame.unit_id, frame.pdu, now_s)
        took_s = None if asked_at_s is None else now_s - asked_at_s
        has_id_zero = self._is_tagged and frame.transaction_id == 0
        self.records[frame.unit_id].note_stray(took_s, has_id_zero=has_id_zero)

    def _wire_s(self, query: Query) -> float:
        """Return how long request and answer are on the wire; the longer of the answer's forms."""
        answer_bytes = query.answer_bytes or _UNKNOWN_LENGTH
        frames_bytes = self._frame_bytes(len(query.pdu)) + self._frame_bytes(answer_bytes)
        return frames_bytes * self._line.timing.byte_s

    def _frame_bytes(self, pdu_bytes: int) -> int:
        is_ascii = isinstance(self._link, SerialLink) and self._link.type == "ascii"
        return 2 * (pdu_bytes + 2) + 3 if is_ascii else pdu_bytes + 3


def _lack(junk: str, waited_s: float) -> str:
    if junk:
        return f"gave no sound answer, but {junk} (damaged, or wrong settings)"
    return f"did not answer within {waited_s:.2f} s"


def _checks_ids(link: LinkSettings) -> bool:
    return isinstance(link, SerialLink) or link.transaction_id == "check"
