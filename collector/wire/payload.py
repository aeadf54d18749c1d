"""JSON on the wire: written compactly and without NaN, read with limits."""

import json
import re
from typing import Any, NoReturn

from collector.wire.errors import ErrorCode, Refusal

MAX_PAYLOAD_BYTES = 256 * 1024
"""No message of the contract needs more; what is longer is refused before it is decoded."""

MAX_DEPTH = 32
"""The contract nests three levels; what is deeper is refused before it is decoded."""

_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]')  # never walks back: its time is linear

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def encode(value: object) -> bytes:
    """Return the compact UTF-8 JSON of a value.

    Raises:
        ValueError: A float is NaN or infinite, or a string holds a lone surrogate.
    """
    return _ENCODER.encode(value).encode("utf-8")


def decode(payload: bytes, max_bytes: int = MAX_PAYLOAD_BYTES) -> Any:  # noqa: ANN401 - any JSON
    """Decode one JSON text from outside.

    Raises:
        Refusal: Error 4: too long, too deep, not UTF-8, not JSON, NaN, half a surrogate pair, or
            a key given twice.
    """
    if len(payload) > max_bytes:
        raise Refusal(ErrorCode.InvalidJson, f"the message is longer than {max_bytes} bytes")
    try:
        _check_depth(payload)
        value = _DECODER.decode(payload.decode("utf-8"))
        if b"\\" in payload and _SURROGATE.search(
            payload
        ):  # half a character can neither be stored nor sent again
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value  # noqa: TRY300 - it belongs to what may fail
    except Refusal:
        raise
    except (ValueError, RecursionError) as error:
        raise Refusal(ErrorCode.InvalidJson, f"Content is not valid JSON: {error}") from None


def decode_object(payload: bytes) -> dict[str, Any]:
    """Decode one JSON object from outside.

    Raises:
        Refusal: Error 4 as in `decode`; error 5 when it is JSON but no object.
    """
    value = decode(payload)
    if not isinstance(value, dict):
        raise Refusal(ErrorCode.JsonIsNotAnObject, "Content is not a JSON object.")
    return value


def _check_depth(payload: bytes) -> None:
    # Too few brackets for so many levels are soon counted, and most messages have no more.
    if payload.count(b"{") + payload.count(b"[") <= MAX_DEPTH:
        return
    # Taking the innermost pairs away again and again costs microseconds for every honest message
    # and unwinds at most two levels a round. What is left is measured character by character.
    brackets = _outside_text(payload).translate(None, _ALL_BUT_BRACKETS)
    for _ in range(MAX_DEPTH // 2):
        if not brackets:
            return
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    if _depth(payload.decode("utf-8")) > MAX_DEPTH:
        raise Refusal(ErrorCode.InvalidJson, f"the message nests deeper than {MAX_DEPTH} levels")


def _outside_text(payload: bytes) -> bytes:
    """Return the message without its texts, whose brackets would hide those that count.

    With escaped quotes about this would not be right, so nothing is returned but a bracket that
    nobody closes.
    """
    return b"[" if b"\\" in payload else b"".join(payload.split(b'"')[::2])


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _TOKENS.findall(text):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in "]}":
            depth -= 1
    return deepest


def _not_json(constant: str) -> NoReturn:
    msg = f"{constant} is not a JSON value"
    raise ValueError(msg)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key is given twice"
        raise ValueError(msg)
    return found


# Made once: json.loads makes one for every message, which costs more than to decode a short one.
_DECODER = json.JSONDecoder(parse_constant=_not_json, object_pairs_hook=_unique_keys)
