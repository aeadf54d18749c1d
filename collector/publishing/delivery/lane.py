"""The lane of one sensor on its way to the agent: what is sent, what is doubted, what is set aside.

ring ──> sent (up to `width`) ──fence──> fenced ──its echo──> all answered well: delivered
                                                 else: doubted ──> sent again, one by one, each
                                                                   closed by a fence of its own
a metric that keeps being refused ──> outcast: it waits aside while the rest goes on
"""

from collections import deque
from collections.abc import Sequence

from collector.buffering.batch import Batch
from collector.clock import Instant
from collector.ledger import DropCause
from collector.publishing.delivery.piece import Outcast, Piece
from collector.publishing.supply.backlog import is_after
from collector.wire.replies import ErrorReply
from collector.wire.units import ValueType

FIRST_WIDTH = 16
MAX_WIDTH = 64
CLEAN_WINDOWS_TO_WIDEN = 100
"""The window is adaptive: halved when a window has to be sent again, doubled after so many clean
ones. Simulated for 2 % of replies dropped: no false confirmation at any width from 1 to 64."""

MAX_WAITING = 1024
"""With so many values of a refused metric aside, no more of its sensor is taken from the buffer,
which alone has a rule for what to do when there is too much."""

MAX_MORE_WAITING = 64
"""But one more after each further refusal, up to so many: only that others are taken while it is
refused shows that it is the metric and not the agent."""


class Lane:
    """One sensor's way. Used from the network thread alone.

    Attributes:
        topic: Where its pushes go.
        live_topic: Where the agent repeats what it has stored of them.
        width: How many pushes may go out before a fence.
        batches: What was taken from the buffer and is not settled.
        sent: The pieces pushed since the last fence went out.
        fenced: The pieces before that fence, whose answers are being counted.
        is_alone: Whether one doubted or refused piece is under way, and nothing else may be.
        answers: Good answers counted.
        errors: Error replies counted.
        doubted: Pieces to be sent again, each alone in a window.
        outcasts: By metric.
        types: What the agent takes for a metric, where that was learned from a refusal.
        resume_at_s: Nothing is sent before this monotonic time.
        problem: The last trouble in words, for status; empty when all is well.
        silent_tries: How often in a row a push alone in its window was not answered.
        recreations: How often in a row the sensor or a metric had to be made again.
        cuts: How often in a row the connection was cut off with pushes of it under way.
        odd_windows: How often in a row a push alone in its window was answered more than once.
        confirmed: Readings delivered since the start.
        resent: Pushes that had to be sent again.
        confirmed_until: When the newest delivered reading was taken.
        known_metrics: Metrics that the agent has certainly seen: a push with them was confirmed.
        has_new_metrics: Whether some of these are news to the inventory.
    """

    def __init__(self, sensor: str, max_width: int = MAX_WIDTH) -> None:
        self.sensor = sensor
        self.topic = self.live_topic = ""
        self.max_width = max_width
        self.width = min(FIRST_WIDTH, max_width)
        self.batches: list[Batch] = []
        self.sent: list[Piece] = []
        self.fenced: list[Piece] = []
        self.is_alone = False
        self.answers = 0
        self.errors: list[ErrorReply] = []
        self.doubted: deque[Piece] = deque()
        self.outcasts: dict[str, Outcast] = {}
        self.types: dict[str, ValueType] = {}
        self.resume_at_s = 0.0
        self.problem = ""
        self.silent_tries = 0
        self.recreations = 0
        self.cuts = 0
        self.odd_windows = 0
        self.confirmed = 0
        self.resent = 0
        self.confirmed_until: Instant | None = None
        self.known_metrics: set[str] = set()
        self.has_new_metrics = False
        self._last_shape: tuple[str, ...] = ()
        self._clean_windows = 0
        self._lost: dict[int, set[str]] = {}
        self._parts: dict[int, int] = {}

    @property
    def has_trouble(self) -> bool:
        """Whether it has something to send that does not lie in the buffer."""
        return bool(self.doubted) or any(outcast.waiting for outcast in self.outcasts.values())

    @property
    def room(self) -> int:
        """How many readings more it may take from the buffer now."""
        aside = (
            MAX_WAITING + min(outcast.tries, MAX_MORE_WAITING) - len(outcast.waiting)
            for outcast in self.outcasts.values()
        )
        return max(0, min([self.width - len(self.sent), *aside]))

    def next_due_s(self) -> float | None:
        """Return when its trouble may be tried next; None when it has none."""
        if self.doubted:
            return self.resume_at_s
        dues = [outcast.due_s for outcast in self.outcasts.values() if outcast.waiting]
        return max(self.resume_at_s, min(dues)) if dues else None

    def forget_agent(self) -> None:
        """Forget what was learned of the sensor at the agent: it is another one there now."""
        self.known_metrics.clear()
        self._last_shape = ()
        self.types.clear()

    def disconnect(self) -> None:
        """Put everything unsettled back into the buffer; what was learned stays."""
        self.resent += len(self.sent) + len(self.fenced)
        for batch in reversed(self.batches):
            batch.keep()
        self.batches.clear()
        self.sent.clear()
        self.fenced.clear()
        self.doubted.clear()
        self._lost.clear()
        self._parts.clear()
        for outcast in self.outcasts.values():
            outcast.waiting.clear()

    def forget_settled(self) -> None:
        """Let go of the batches that are done."""
        self.batches = [batch for batch in self.batches if not batch.is_settled]

    def take(self, batch: Batch) -> list[Piece]:
        """Take in what was taken from the buffer; each reading is one piece at first."""
        if batch.readings:
            self.batches.append(batch)
        return [
            Piece(reading, batch, reading.metrics, reading.values) for reading in batch.readings
        ]

    @property
    def only_piece(self) -> Piece | None:
        """The piece that is under way, where there is one and no other."""
        under_way = [*self.fenced, *self.sent]
        return under_way[0] if len(under_way) == 1 else None

    def push(self, piece: Piece) -> None:
        """Note a push; what was answered while none was under way was of old."""
        if not self.sent and not self.fenced:
            self.answers = 0
            self.errors.clear()
        self.sent.append(piece)

    def fence(self) -> None:
        """Note that a fence went out behind what was sent."""
        self.fenced, self.sent = self.sent, []

    def close_window(self) -> tuple[list[Piece], int, list[ErrorReply]]:
        """Return what lay before the fence and what came back for it.

        Answers to later pushes come after that of the fence, so counting starts afresh.
        """
        closed = (self.fenced, self.answers, self.errors)
        self.fenced, self.answers, self.errors = [], 0, []
        return closed

    def unsettled(self) -> list[Piece]:
        """Return what was pushed and is neither delivered nor given up."""
        return [*self.fenced, *self.sent, *self.doubted]

    @property
    def is_busy(self) -> bool:
        """Whether pushes are under way."""
        return bool(self.sent or self.fenced)

    def doubt(self, pieces: list[Piece]) -> None:
        """Have these sent again, one by one, before anything newer."""
        self.doubted.extendleft(reversed(pieces))
        self.resent += len(pieces)
        self.narrow()

    def doubt_sent(self) -> None:
        """Have all that was sent since the last fence sent again."""
        self.fence()
        sent, _, _ = self.close_window()
        self.doubt(sent)

    def widen(self) -> None:
        """Count a clean window; after many, allow more pushes per window."""
        self._clean_windows += 1
        if self._clean_windows >= CLEAN_WINDOWS_TO_WIDEN:
            self._clean_windows = 0
            self.width = min(self.max_width, self.width * 2)

    def narrow(self) -> None:
        """Allow fewer pushes per window, after one that has to be sent again."""
        self._clean_windows = 0
        self.width = max(1, self.width // 2)

    # -- settling -------------------------------------------------------------------------------

    def split(self, piece: Piece, parts: list[Piece]) -> list[Piece]:
        """Replace a piece by its parts; the reading is settled when the last of them is."""
        key = id(piece.reading)
        self._parts[key] = self._parts.get(key, 1) - 1 + len(parts)
        return parts

    def take_out(self, piece: Piece, metrics: Sequence[str]) -> tuple[Piece, list[Piece]]:
        """Part a piece into what is left, maybe nothing, and one piece per named metric."""
        rest = piece.part(metric for metric in piece.metrics if metric not in metrics)
        singles = [piece.part((metric,)) for metric in metrics]
        self.split(piece, [*singles, rest] if rest.metrics else singles)
        return rest, singles

    def delivered(self, piece: Piece) -> None:
        """The agent has this piece."""
        if piece.metrics is not self._last_shape:
            self._last_shape = piece.metrics
            self.has_new_metrics |= not self.known_metrics.issuperset(piece.metrics)
            self.known_metrics.update(piece.metrics)
        self._done(piece, ())

    def dropped(self, piece: Piece) -> None:
        """The agent will never take this piece."""
        self._done(piece, piece.metrics)

    def _done(self, piece: Piece, lost: tuple[str, ...]) -> None:
        key = id(piece.reading)
        left = self._parts.get(key, 1) - 1
        if lost:
            self._lost.setdefault(key, set()).update(lost)
        if left:
            self._parts[key] = left
            return
        self._parts.pop(key, None)
        self.cuts = 0
        gone = self._lost.pop(key, None)
        if gone:
            piece.batch.reject(piece.reading, DropCause.REJECTED_BY_AGENT, gone)
        else:
            piece.batch.accept(piece.reading)
        if not gone or len(gone) < len(piece.reading.metrics):
            self.confirmed += 1
            self._confirmed(piece.reading.taken_at)

    def _confirmed(self, taken_at: Instant) -> None:
        until = self.confirmed_until
        if until is None or until.boot_id != taken_at.boot_id or not is_after(until, taken_at):
            self.confirmed_until = taken_at
