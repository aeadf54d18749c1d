"""Runs the sources of one kind in a worker, as the collector asks."""

import base64
import pickle
import threading
from collections.abc import Callable
from typing import Any

from collector.clock import Clock, Deadline
from collector.isolation.channel import BadMessageError, Channel, ChannelClosedError
from collector.isolation.description import description_data
from collector.isolation.emission import Emission
from collector.isolation.encoding import reading_data
from collector.isolation.failures import Answer, answered, failed, too_much
from collector.isolation.hosted import Hosted
from collector.isolation.sent_tape import SentTape
from collector.plugin.kind import SourceKind
from collector.plugin.source import ListeningSource, Source, SourceContext
from collector.plugin.tape import NO_TAPE
from collector.sampling.reading import collect


class Host:
    """Holds the sources by their names.

    Args:
        kind: Makes them.
        channel: To the collector.
        clock: What they know of time.
    """

    def __init__(self, kind: SourceKind, channel: Channel, clock: Clock) -> None:
        self._kind = kind
        self._channel = channel
        self._clock = clock
        self._sources: dict[str, Hosted] = {}

    def serve(self) -> None:
        """Answer requests, one after the other, until the collector sends no more."""
        while (request := self._channel.receive()) is not None:
            answer = self._answer(request["do"], request["name"], request)
            number = {"number": request["number"]}
            try:
                self._channel.send({**answer, **number})
            except BadMessageError as error:
                self._channel.send({**failed(too_much(error)), **number})

    def _answer(self, do: str, name: str, request: dict[str, Any]) -> Answer:
        if do == "make":
            return self._made(name, request)
        if do == "forget":
            del self._sources[name]
            return {}
        hosted = self._sources[name]
        with hosted.tape.heard(is_wanted=request.get("recorded", False)):
            return self._asked(do, hosted, request)

    def _asked(self, do: str, hosted: Hosted, request: dict[str, Any]) -> Answer:
        source = hosted.source
        if do == "read":
            deadline = Deadline.after(self._clock, request["remaining_s"])
            answer = answered("read()", lambda: _read(hosted, request["group"], deadline))
        elif do == "listen":
            answer = self._listen(hosted)
        else:
            call = {"open": source.open, "close": source.close}[do]
            answer = answered(f"{do}()", lambda: _done(call))
        return {**hosted.news(), **answer}

    def _made(self, name: str, request: dict[str, Any]) -> Answer:
        answer = answered("making the source", lambda: self._make(name, request))
        if "error" in answer:
            return answer
        hosted = self._sources[name]
        told = answered("link or groups", lambda: description_data(hosted.source))
        return {**hosted.learn(), "description": told}

    def _make(self, name: str, request: dict[str, Any]) -> Answer:
        tape = SentTape(name, self._channel, self._clock)
        context = SourceContext(
            *(name, request["sensor"], request["interval_s"], self._clock),
            tape if request["taped"] else NO_TAPE,
        )
        settings = pickle.loads(base64.b64decode(request["settings"]))  # noqa: S301 - the collector's
        source = self._kind.create(settings, context)
        if not isinstance(source, Source):
            raise TypeError(f"create() made a {type(source).__name__}, not a Source")
        self._sources[name] = Hosted(source, tape)
        return {}

    def _listen(self, hosted: Hosted) -> Answer:
        source = hosted.source
        if not isinstance(source, ListeningSource):
            raise TypeError(f"{type(source).__name__} does not listen")
        emission = Emission(hosted, self._channel, self._clock)
        stop = _Stop(self._channel, hosted.tape)
        emission.start()
        stop.start()
        answer = answered("listen()", lambda: _done(lambda: source.listen(emission.emit, stop)))
        failure = emission.finish()
        if failure is not None:
            answer = failed(failure)
        self._channel.send({"returned": True})
        stop.join()  # the collector says "stop" once in any case, so that nobody else receives it
        return answer


class _Stop(threading.Thread):
    """Told to the source when the collector says so, or is gone; see `StopSignal`."""

    def __init__(self, channel: Channel, tape: SentTape) -> None:
        super().__init__(name="stop", daemon=True)
        self._channel = channel
        self._tape = tape
        self._event = threading.Event()

    def run(self) -> None:
        """Wait for the word; meanwhile show that this process still does something, and record."""
        try:
            while "stop" not in (message := self._channel.receive() or {"stop": True}):
                if "alive" in message:
                    self._channel.send({"alive": True})
                self._tape.is_wanted = message.get("recorded", self._tape.is_wanted)
        except ChannelClosedError:
            return  # nobody is there who could say it
        finally:
            self._event.set()

    def is_set(self) -> bool:
        """See `StopSignal`."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """See `StopSignal`."""
        return self._event.wait(timeout)


def _done(call: Callable[[], object]) -> Answer:
    call()
    return {}


def _read(hosted: Hosted, group: str, deadline: Deadline) -> Answer:
    readings = collect(hosted.source.read(group, deadline))
    news = hosted.news(readings)
    return {"readings": [reading_data(reading) for reading in readings], **news}
