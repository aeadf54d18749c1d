"""The lines of a recording: one JSON object each, a header first, then an event each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.plugin.tape import Direction, TapeEvent

FORMAT = 1
"""Grows when a reader of today could not make sense of what is written then."""

MAX_AT_MS = 366 * 86_400_000
"""No recording is longer than a year; and no time is infinite, or none."""

_DIRECTIONS: Mapping[str, Direction] = {"out": "out", "in": "in", "error": "error"}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BadLineError(Exception):
    """A line is none of a recording; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a recording is of.

    Attributes:
        version: The collector's.
        recorded_at_ms: When it began, milliseconds since the epoch.
        sources: The ``[[source]]`` tables as they are configured, by the sources' names; with
            references as they are written, and without secrets.
    """

    version: str
    recorded_at_ms: int
    sources: Mapping[str, Mapping[str, Any]]


def header_line(header: Header) -> bytes:
    """Return the first line."""
    return _line(header_content(header))


def header_content(header: Header) -> dict[str, Any]:
    """Return the first line's object."""
    sources = [{**table, "name": name} for name, table in header.sources.items()]
    return {
        "format": FORMAT,
        "collector": header.version,
        "recorded_at_ms": header.recorded_at_ms,
        "sources": sources,
    }


def event_line(kind: str, source: str, event: TapeEvent) -> bytes:
    """Return the line of an event of a source of this kind."""
    return _line(event_content(kind, source, event))


def event_content(kind: str, source: str, event: TapeEvent) -> dict[str, Any]:
    """Return the object in the line of an event."""
    return {
        "at_ms": round(event.at_s * 1000, 1),
        "kind": kind,
        "source": source,
        "channel": event.channel,
        "direction": event.direction,
        "hex": event.data.hex(),
    }


def header_of(line: bytes) -> Header:
    """Return what `header_line` was made of.

    Raises:
        BadLineError: It is something else.
    """
    return header_in(_object(line))


def header_in(content: object) -> Header:
    """Return what `header_content` was made of.

    Raises:
        BadLineError: It is something else.
    """
    match content:
        case {
            "format": int(number), "collector": str(version), "recorded_at_ms": int(at_ms),
            "sources": list(sources),
        }:  # fmt: skip
            if number > FORMAT:
                raise BadLineError(
                    f"was recorded by collector {version!r} in format {number}:"
                    f" this one knows formats up to {FORMAT}"
                )
            return Header(version=version, recorded_at_ms=at_ms, sources=_by_name(sources))
        case _:
            raise BadLineError("is no recording: its first line is no header of one")


def event_of(line: bytes) -> tuple[str, TapeEvent]:
    """Return the source and the event that `event_line` was made of.

    Raises:
        BadLineError: It is something else.
    """
    return event_in(_object(line))


def event_in(content: object) -> tuple[str, TapeEvent]:
    """Return the source and the event that `event_content` was made of.

    Raises:
        BadLineError: It is something else.
    """
    match content:
        case {
            "at_ms": int(at_ms) | float(at_ms), "source": str(source), "channel": str(channel),
            "direction": ("out" | "in" | "error") as direction, "hex": str(digits),
        } if 0 <= at_ms <= MAX_AT_MS:  # fmt: skip
            return source, TapeEvent(
                round(at_ms / 1000, 4), channel, _DIRECTIONS[direction], _bytes(digits)
            )
        case _:
            raise BadLineError("is no event of a recording")


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise BadLineError("has a 'hex' that is not hexadecimal") from None


def _by_name(sources: list[Any]) -> Mapping[str, Mapping[str, Any]]:
    if not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in sources):
        raise BadLineError("has a header with a source that has no name")
    return {each["name"]: each for each in sources}


def _line(content: Mapping[str, Any]) -> bytes:
    return _encode(content).encode() + b"\n"


def _object(line: bytes) -> Any:  # noqa: ANN401 - whatever it holds
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise BadLineError("is no JSON") from None
