"""The source that asks a device. I/O only."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from collector import (
    Deadline,
    Group,
    Metric,
    MetricValue,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceUnavailableError,
)
from collector_serial.connection import Connection
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.dialogue.step import Exchange
from collector_serial.settings.source import SerialSettings
from collector_serial.talker import NoAnswerError, NotAskedError, Talker

COMMON = ""
"""The group of all requests that are sent at the source's own interval."""

_ASK_AGAIN_S = 0.5
_ASK_AGAIN_AT_MOST_S = 10.0
"""How soon a device that is silent is asked again: it may be switched on at any moment."""

_SETTLES_S = 0.2
"""So long a device may take to answer what switches it on."""


class SerialPoller(Source):
    """Asks a device.

    Args:
        connection: The device.
        exchanges: What it is asked.
    """

    def __init__(
        self,
        settings: SerialSettings,
        context: SourceContext,
        connection: Connection,
        exchanges: Sequence[Exchange],
    ) -> None:
        self._settings = settings
        self._clock = context.clock
        self._connection = connection
        self._exchanges = exchanges
        self._silent: dict[str, str] = {}
        self._failures = 0

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`."""
        return self._connection.metrics(exchange.decoder for exchange in self._exchanges)

    @property
    def may_learn_metrics(self) -> bool:
        """See `Source`."""
        return True

    @property
    def link(self) -> str:
        """See `Source`. The port."""
        return self._settings.key

    @property
    def resources(self) -> Resources:
        """See `Source`. The port."""
        return Resources(devices=[self._settings.port])

    @property
    def groups(self) -> Sequence[Group]:
        """See `Source`. One for all requests at the source's interval, and one per other."""
        intervals = self._settings.intervals
        names = dict.fromkeys(self._group_of(exchange) for exchange in self._exchanges)
        return [Group(name, intervals.get(name)) for name in names]

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`. Requests without an answer, and damaged ones."""
        is_failing = len(self._silent) == len(self._exchanges)  # then that is the error
        silent = [] if is_failing else self._silent.values()
        return [*silent, *self._connection.notes]

    def cost(self, group: str) -> ReadCost | None:
        """See `Source`. What is sent is certain, what is answered is expected."""
        # Imported and made here: no daemon needs it, and its framers are no one else's.
        from collector_serial.cost import read_cost  # noqa: PLC0415
        from collector_serial.dialogue.make import make_exchanges, make_main_framer  # noqa: PLC0415

        recipe = self._settings.recipe()
        own = make_exchanges(recipe, self._settings, make_main_framer(recipe))
        members = [exchange for exchange in own if self._group_of(exchange) == group]
        cost = read_cost(self._settings, members)
        if cost is None or len(members) == len(own):
            return cost
        metrics = self._connection.metrics(exchange.decoder for exchange in members)
        return replace(cost, metrics=tuple(metric.id for metric in metrics))

    def open(self) -> None:
        """See `Source`."""
        self._connection.open()
        if self._connection.sends_at_open:
            self._talker().quieten(_SETTLES_S, Deadline.after(self._clock, 2 * _SETTLES_S))

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`. What does not answer is left out.

        Raises:
            SourceUnavailableError: Nothing answered.
        """
        values: dict[str, MetricValue] = {}
        time_ms = None
        talker = self._talker()
        members = [found for found in self._exchanges if self._group_of(found) == group]
        for exchange in members:
            for decoded in self._answers(talker, exchange, deadline):
                values |= decoded.values
                time_ms = decoded.device_time_ms or time_ms
        if members and all(exchange.title in self._silent for exchange in members):
            raise self._unavailable(self._silent[members[0].title])
        self._failures = 0
        self._connection.look_at_the_line()
        reading = self._connection.reading(Decoded(values, time_ms), self._clock.now())
        return (reading,) if reading else ()

    def close(self) -> None:
        """See `Source`."""
        self._connection.close()

    def _unavailable(self, problem: str) -> SourceUnavailableError:
        pause_s = min(_ASK_AGAIN_S * 2**self._failures, _ASK_AGAIN_AT_MOST_S)
        self._failures = min(self._failures + 1, 10)
        return SourceUnavailableError(problem, retry_in_s=pause_s)

    def _talker(self) -> Talker:
        connection = self._connection
        return Talker(
            connection.ready(), connection.lateness, self._clock, hears_itself=self._settings.echo
        )

    def _group_of(self, exchange: Exchange) -> str:
        return exchange.group if exchange.group in self._settings.intervals else COMMON

    def _answers(self, talker: Talker, exchange: Exchange, deadline: Deadline) -> list[Decoded]:
        """Return what the device says; nothing if it does not, which is noted."""
        problem = f"{self._settings.port}: {exchange.title}: no time left to ask"
        for _ in range(1 + self._settings.retries):
            if deadline.has_passed():
                break
            try:
                decoded = self._asked(talker, exchange, deadline)
            except (NoAnswerError, BadFrameError) as error:
                problem = f"{self._settings.port}: {exchange.title}: {error}"
            else:
                self._silent.pop(exchange.title, None)
                return decoded
        self._silent[exchange.title] = problem
        return []

    def _asked(self, talker: Talker, exchange: Exchange, deadline: Deadline) -> list[Decoded]:
        try:
            frames = talker.run(exchange.talk(), deadline)
            return [found for frame in frames if (found := self._decoded(exchange, frame))]
        except NotAskedError:
            raise
        except (NoAnswerError, BadFrameError):
            talker.quieten(self._settings.response_timeout, deadline)
            raise

    def _decoded(self, exchange: Exchange, frame: bytes) -> Decoded | None:
        try:
            return self._connection.decode(exchange.decoder, frame)
        except NoValueError:  # which the other frames of the same answer may have
            return None
