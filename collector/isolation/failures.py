"""What a source raises in its worker, as plain data, and the same error in the collector."""

import traceback
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from collector.errors import SourceError, SourceFaultError, SourceUnavailableError
from collector.isolation.channel import BadMessageError
from collector.plugin.border import PluginFault, guarded

_MAX_TEXT_LENGTH = 2000
_MAX_TRACE_LENGTH = 8000
_MAX_SECONDS = 1e9

Answer = dict[str, Any]


def answered(what: str, call: Callable[[], Answer]) -> Answer:
    """Call plugin code in the worker, and return its answer or its failure as one.

    Args:
        what: What is being done, for the message: ``"read()"``.
        call: Does it, and takes what it gave out of the plugin's hands.
    """
    try:
        with guarded(what, SourceError):
            return call()
    except (SourceError, PluginFault) as error:
        return failed(error)


def failed(error: SourceError | PluginFault) -> Answer:
    """Return a failure as an answer."""
    return {"error": _data(error)}


def too_much(error: BadMessageError) -> SourceFaultError:
    """Return the failure of a source whose answer fits no message."""
    return SourceFaultError(f"it gives too much at once: {error}")


def raise_if_failed(answer: Answer, number: int | None = None) -> None:
    """Raise what `answered` caught, in the collector.

    Args:
        answer: The answer.
        number: Of the request that it belongs to; None for a part of an answer, which bears none.

    Raises:
        SourceError: As the source raised it, one of the three types.
        PluginFault: It raised anything else.
        BadMessageError: It is neither an answer to that request nor a failure.
    """
    if answer.get("number") != number:
        raise BadMessageError("one that nobody asked for")
    failure = answer.get("error")
    if failure is not None:
        raise _error(failure)


def _data(error: Exception) -> Answer:
    try:
        with guarded("reading the text of its error"):  # which may be code of the plugin
            text, retry_in_s = str(error), getattr(error, "retry_in_s", None)
    except PluginFault as fault:
        error, text, retry_in_s = fault, str(fault), None
    kind = next(name for name, types in _KINDS.items() if isinstance(error, types))
    return {
        "kind": kind,
        "text": (text.strip() or type(error).__name__)[:_MAX_TEXT_LENGTH],
        "retry_in_s": retry_in_s if _is_finite(retry_in_s) else None,
        "trace": "".join(traceback.format_exception(error))[-_MAX_TRACE_LENGTH:],
    }


def _error(data: object) -> Exception:
    match data:
        case {"kind": str(kind), "text": str(text), "retry_in_s": retry_in_s, "trace": str(trace)}:
            pass
        case _:
            raise BadMessageError("no failure")
    if kind not in _KINDS:
        raise BadMessageError("no failure")
    error = _KINDS[kind](text)
    if isinstance(error, SourceUnavailableError) and _is_finite(retry_in_s):
        error.retry_in_s = float(retry_in_s)
    error.add_note(trace)
    return error


def _is_finite(seconds: object) -> bool:
    return type(seconds) in (int, float) and abs(seconds) < _MAX_SECONDS  # type: ignore[arg-type]


_KINDS: Mapping[str, type[Exception]] = MappingProxyType(  # the narrow ones first
    {
        "unavailable": SourceUnavailableError,
        "fault": SourceFaultError,
        "source": SourceError,
        "plugin": PluginFault,
    }
)
