"""Recording sources of the collector that runs, by its status socket: it goes on as before."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from collector.capture.lines import BadLineError, Header, event_in, header_in
from collector.capture.recorder import Recorder
from collector.capture.secrets import Mask
from collector.cli.calling import call, error_of
from collector.cli.record_order import RecordOrder, tell_left_out
from collector.clock import Deadline
from collector.errors import AgentUnreachableError
from collector.plugin.tape import TapeEvent

ANSWER_TIMEOUT_S = 10.0
"""The running collector says something every second."""


def record_running(socket: Path, names: Sequence[str], order: RecordOrder) -> int:
    """Write what passes at these sources of a running collector, or at all of them.

    Raises:
        CollectorError: It refuses, it does not answer, or the file cannot be made.
    """
    request = {"request": "record", "sources": [*names]}
    try:
        with closing(call(socket, request, ANSWER_TIMEOUT_S)) as answers:
            header = _header(next(answers, {}))
            with order.recorder(header, Mask()) as recorder:
                _fill(recorder, answers, order)
                recorder.end()
                return _told(recorder, order)
    except BadLineError as error:
        raise AgentUnreachableError(f"the running collector's answer {error}") from None


def _header(answer: dict[str, Any]) -> Header:
    match answer:
        case {"ok": True, "reply": {"header": header, "left_out": dict(left_out)}}:
            tell_left_out(left_out)
            return header_in(header)
        case {"ok": True}:
            raise BadLineError("is of another version")
        case _:
            raise error_of(answer)


def _fill(recorder: Recorder, answers: Iterator[dict[str, Any]], order: RecordOrder) -> None:
    deadline = Deadline.after(order.clock, order.duration_s)
    for answer in answers:
        if order.ended.is_set() or deadline.has_passed():
            return
        if "event" in answer:
            recorder.keep(*_of_these(event_in(answer["event"]), recorder))
        elif "end" in answer:
            order.end(str(answer["end"]))
    if not order.ended.is_set():
        order.end("the running collector has ended")


def _of_these(found: tuple[str, TapeEvent], recorder: Recorder) -> tuple[str, TapeEvent]:
    if found[0] not in recorder.tallies:
        raise BadLineError(f"is of {found[0]!r}, which nobody asked for")
    return found


def _told(recorder: Recorder, order: RecordOrder) -> int:
    for name, tally in recorder.tallies.items():
        print(f"{name}: {tally.events} events, {tally.data_bytes} bytes")
    return order.outcome(recorder)
