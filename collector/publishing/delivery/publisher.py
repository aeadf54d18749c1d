"""Sends readings and knows for certain which of them the agent has.

Pushes go out in windows closed by a ping, the fence. When its answer is here, a lane with exactly
as many good answers as pushes has delivered them all; else each is sent again, alone in a window.
"""

from collections.abc import Callable
from random import Random

from collector.clock import Clock
from collector.publishing.delivery.broker_word import BrokerWord
from collector.publishing.delivery.confirmation import Confirmation
from collector.publishing.delivery.fence import STRICT_GRACE_S, Fence, Fences
from collector.publishing.delivery.judge import Judge
from collector.publishing.delivery.lane import MAX_WIDTH, Lane
from collector.publishing.delivery.lanes import Lanes
from collector.publishing.delivery.piece import Piece
from collector.publishing.delivery.preparation import Preparation
from collector.publishing.delivery.refusals import Refusals
from collector.publishing.delivery.repair import Repair
from collector.publishing.delivery.suspects import Suspects, is_suspect
from collector.publishing.delivery.testimony import Testimony
from collector.publishing.delivery.windows import Windows
from collector.publishing.supply.ports import AddressBook
from collector.publishing.supply.stamps import Stamps
from collector.publishing.supply.supply import Supply, earliest
from collector.wire.topics import Address, Operation, reply_topic, request_topic


class Publisher:
    """Drives all lanes over one connection after another. Used from the network thread alone.

    Attributes:
        confirmation: Whose word counts.
        trust: How the clock is.
        stamps: Counts those whose time cannot be right.
        fences: Tells our fences from those of others.
        refusals: Reads what the agent says when it refuses a push.
        testimony: Knows whose live data is needed.
        last_confirmed_at_s: Monotonic seconds of the last delivery.
        is_stalled: The connection should be given up.
        is_flowing: The agent has answered on this connection.
    """

    def __init__(
        self,
        supply: Supply,
        book: AddressBook,
        confirmation: Confirmation,
        clock: Clock,
        random: Random,
    ) -> None:
        self._supply = supply
        self._book = book
        self.confirmation = confirmation
        self._clock = clock
        self.trust = supply.trust
        self.stamps = Stamps(supply.trust)
        self.fences = Fences()
        self.refusals = Refusals(book.metric_of)
        self._repair = Repair(clock, random, self._pause_all, book.recreate)
        self._preparation = Preparation(book.agent_metric, self.stamps, self._repair)
        self._suspects = Suspects(self._repair.outcasts)
        self._lanes = Lanes(book, 1 if confirmation.is_strict else MAX_WIDTH)
        self.testimony = Testimony(self._lanes, book.metric_of, clock)
        self._judge = Judge(self._repair, self.testimony)
        self._troubled: dict[str, Lane] = {}
        self._windows = Windows()
        self._word = BrokerWord()
        self._paused_until_s = 0.0
        self._send: Callable[[str, bytes], int] | None = None
        self._client = self._ping_topic = self._ping_reply_topic = ""
        self.last_confirmed_at_s: float | None = None
        self.is_stalled = self.is_flowing = False

    # -- the connection -------------------------------------------------------------------------

    def connected(self, client: str, send: Callable[[str, bytes], int]) -> None:
        """Start on a new, subscribed connection, with a fence: what comes before it is of old."""
        self._client = client
        self._ping_topic = request_topic(Operation.PING, Address(client))
        self._ping_reply_topic = reply_topic(Operation.PING, Address(client))
        self._send = send
        self.is_stalled, self.is_flowing = False, self.confirmation.by_broker
        self.readdress()
        if not self.confirmation.by_broker:
            self._ask_fence(send)

    def disconnected(self) -> None:
        """Hand all that is unconfirmed back to the buffer, in its order. Safe to call twice."""
        if self._send is not None and self.is_flowing:
            self._doubt_busy()
        self._send = None
        self._word.forget()
        self._windows.clear()
        self._troubled.clear()
        for lane in self._lanes:
            lane.disconnect()
        self._supply.disconnected()

    def readdress(self, sensor: str = "") -> None:
        """Look up all the agent's ids afresh: some have changed, those of a sensor maybe."""
        if sensor:
            self._lanes.lane(sensor).forget_agent()
        self._preparation.forget()
        self._lanes.readdress(self._client)

    # -- sending --------------------------------------------------------------------------------

    def pump(self) -> None:
        """Send what may be sent now. To be called after every event and at `next_due_s`."""
        if self._send is None:
            return
        now_s = self._clock.monotonic_s()
        self._watch(now_s, self._send)
        if not self.is_flowing or self.is_stalled:
            return
        self._fill_all(now_s, self._send)
        if self._windows.is_fence_due(now_s):
            self._ask_fence(self._send)
            self._fill_all(now_s, self._send)  # the agent is busy with the window that was closed

    def next_due_s(self) -> float | None:
        """Return the monotonic time at which `pump` has work without an event; None for never."""
        is_paused = self._paused_until_s > self._clock.monotonic_s()
        dues = [self._supply.next_due_s() if self.is_flowing and not is_paused else None]
        if self._windows.fence is not None:
            return earliest(self._windows.fence.next_due_s(), *dues)
        dues += [self._windows.fence_due_s(), self._word.overdue_at_s()]
        if is_paused:
            return earliest(self._paused_until_s, *dues)
        return earliest(*dues, *(self._resumes_at_s(lane) for lane in self._troubled.values()))

    def _resumes_at_s(self, lane: Lane) -> float | None:
        may_go = not lane.is_busy and self._book.is_ready(lane.sensor)
        return lane.next_due_s() if may_go else None

    def _fill_all(self, now_s: float, send: Callable[[str, bytes], int]) -> None:
        if now_s < self._paused_until_s:
            return
        for sensor in [*self._supply.ready(), *self._troubled]:
            lane = self._lanes.lane(sensor)
            if now_s >= lane.resume_at_s and self._book.is_ready(sensor):
                self._fill(lane, send)

    def _fill(self, lane: Lane, send: Callable[[str, bytes], int]) -> None:
        if lane.is_busy and (lane.is_alone or lane.has_trouble or self.confirmation.is_strict):
            return
        is_tried = is_suspect(lane)
        if is_tried and not self._suspects.take(lane, self._lanes, self._supply):
            return
        alone = None if lane.is_busy else self._suspects.next_alone(lane, self._lanes)
        lane.is_alone = alone is not None
        if alone is not None:
            self._push(lane, alone, send)
        if is_tried or alone is not None:
            return
        for batch in self._supply.batches(lane.sensor, lane.room):
            for piece in lane.take(batch):
                self._push(lane, piece, send)
        if lane.outcasts:
            self._after(lane)

    def _push(self, lane: Lane, piece: Piece, send: Callable[[str, bytes], int]) -> None:
        if (prepared := self._preparation.prepare(lane, piece)) is None:
            return
        piece, payload = prepared
        lane.push(piece)
        packet, now_s = send(lane.topic, payload), self._clock.monotonic_s()
        by_broker = self.confirmation.by_broker
        self._windows.pushed(lane, None if by_broker else now_s)
        if by_broker:
            self._word.expect(packet, lane, piece, now_s)

    # -- receiving ------------------------------------------------------------------------------

    def on_message(self, topic: str, payload: bytes) -> bool:
        """Take a reply to a push or to a fence. Returns false for a message that is neither."""
        found = self._lanes.answered_on(topic)
        if found is None:
            return self._on_ping_answer(topic, payload)
        lane, is_answer = found
        if is_answer:
            lane.answers += 1
        elif lane.is_busy:
            lane.errors.append(self.refusals.read(lane.sensor, payload))
        self._windows.progressed(self._clock.monotonic_s())
        if self.confirmation.answered():
            self._doubt_open()
        return True

    def on_live_data(self, topic: str, payload: bytes) -> None:
        """Take what the agent repeats of a sensor: it has stored that."""
        if (lane := self._judge.testify(topic, payload)) is not None:
            self._after(lane)

    def on_acknowledged(self, packet: int) -> None:
        """Take a PUBACK: worth something only where the broker's word is all there is."""
        if not self.confirmation.by_broker:
            return
        now_s = self._clock.monotonic_s()
        found = self._word.take(packet, now_s)
        if found is None:
            return
        lane, piece = found
        lane.sent.remove(piece)
        lane.delivered(piece)
        self._repair.healed(lane, piece)
        self.last_confirmed_at_s = now_s
        if not lane.sent:
            self._windows.open.pop(lane.sensor, None)
        self._after(lane)

    def _on_ping_answer(self, topic: str, payload: bytes) -> bool:
        fence = self._windows.fence if topic == self._ping_reply_topic else None
        if fence is None or not fence.is_answer(payload):
            return False
        if fence.answered_at_s is None:
            fence.answered_at_s = self._clock.monotonic_s()
            self._close_if_due(fence)
        self.is_flowing = True
        return True

    # -- the fence ------------------------------------------------------------------------------

    def _ask_fence(self, send: Callable[[str, bytes], int]) -> None:
        grace_s = STRICT_GRACE_S if self.confirmation.is_strict and self._windows.open else 0.0
        fence = self.fences.make(self._clock.monotonic_s(), grace_s)
        self._windows.close(fence)
        send(self._ping_topic, fence.payload())

    def _watch(self, now_s: float, send: Callable[[str, bytes], int]) -> None:
        self.is_stalled |= self._word.is_overdue(now_s)
        fence = self._windows.fence
        if fence is None or self._close_if_due(fence) or not fence.is_overdue(now_s):
            return
        if fence.is_repeated:
            self.confirmation.silent()
            self.is_stalled = True
            return
        fence.repeat(now_s)
        send(self._ping_topic, fence.payload())

    def _close_if_due(self, fence: Fence) -> bool:
        # At once with the answer: what comes next belongs to the pushes behind this fence.
        is_closed = fence.is_closed(self._clock.monotonic_s())
        if is_closed:
            self._judge_all()
        return is_closed

    def _judge_all(self) -> None:
        lanes = self._windows.take_fenced()
        if lanes and not any(lane.answers or lane.errors for lane in lanes):
            self.confirmation.silent()
            if self.confirmation.by_broker:
                self._doubt_open()
        for lane in lanes:
            if self._judge.judge(lane):
                self.last_confirmed_at_s = self._clock.monotonic_s()
            self._after(lane)

    def _after(self, lane: Lane) -> None:
        lane.forget_settled()
        if lane.has_new_metrics:
            lane.has_new_metrics = False
            self._book.confirmed(lane.sensor, lane.known_metrics)
        if lane.has_trouble:
            self._troubled[lane.sensor] = lane
        else:
            self._troubled.pop(lane.sensor, None)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits but what cannot be sent for now."""
        doubting = [lane.sensor for lane in self._troubled.values() if lane.doubted]
        waiting = filter(lambda one: not self._book.is_kept(one), self._supply.waiting + doubting)
        return self._windows.are_empty and not any(waiting)

    def lanes(self) -> list[Lane]:
        """Return all lanes, a copy, so any thread may ask."""
        return list(self._lanes)

    def _pause_all(self, until_s: float) -> None:
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _doubt_open(self) -> None:
        """Doubt what is on the way: from now on another's word counts, the broker's or agent's."""
        self._word.forget()
        for lane in self._windows.take_open():
            lane.doubt_sent()
            self._after(lane)

    def _doubt_busy(self) -> None:
        """The connection is gone: what was under way was its end, or may yet be answered."""
        busy = [lane for lane in self._lanes if lane.is_busy]
        if not self.is_stalled:
            self._suspects.cut(busy)
        for lane in busy if self.is_stalled else ():
            self.testimony.doubt(lane)
