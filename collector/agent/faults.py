"""Faults that the agent commits on purpose: what can go wrong, when, and how a file says so.

The format is described in ``docs/agent-faults.md``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from collector.errors import ConfigError
from collector.wire.errors import ErrorCode
from collector.wire.topics import Operation

CREATE_CLIENT = "create_client"

OPERATIONS = frozenset({operation.name.lower() for operation in Operation} | {CREATE_CLIENT})
"""How a file of faults names the operations."""

MAX_DELAY_S = 3600.0


class Action(StrEnum):
    """What goes wrong."""

    DROP_REPLY = "drop_reply"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    LOSE = "lose"
    IGNORE = "ignore"
    ERROR = "error"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One ``[[fault]]`` of the file.

    Attributes:
        operation: The operation that it strikes; empty for any.
        client: The client that it strikes; empty for any.
        sensor: The sensor that it strikes; empty for any.
        code: For ``error``: the code to answer.
        message: For ``error``: the words to answer.
        metrics: For ``error``: the metrics to list.
        delay_s: For ``delay``: how late the answer is.
        store: For ``error`` and ``close``: carry out the request before.
        after: How many fitting requests pass first.
        every: Of those that follow, every how many-th is struck.
        probability: Of those, the share that is struck.
        count: How often it strikes; None for ever.
    """

    action: Action
    operation: str = ""
    client: str = ""
    sensor: str = ""
    code: int = 0
    message: str = "A fault on request."
    metrics: tuple[str, ...] = ()
    delay_s: float = 0.0
    store: bool = False
    after: int = 0
    every: int = 1
    probability: float = 1.0
    count: int | None = None


def load_faults(path: Path) -> tuple[int, list[Fault]]:
    """Read the seed and the faults of a file.

    Raises:
        ConfigError: It cannot be read, or something in it is wrong; every complaint is named.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    complaints: list[str] = []
    seed, entries = document.pop("seed", 0), document.pop("fault", [])
    if not isinstance(seed, int):
        complaints.append("seed: must be an integer")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        complaints.append("fault: must be [[fault]] tables")
        entries = []
    complaints += [f"{key}: unknown; there are seed and [[fault]]" for key in document]
    for number, entry in enumerate(entries):
        complaints += [f"fault[{number}].{text}" for text in _complaints(entry)]
    if complaints:
        raise ConfigError(*(f"{path}: {complaint}" for complaint in complaints))
    return cast("int", seed), [_fault(entry) for entry in entries]


_TEXT = (str,)
_COUNT = (int,)
_NUMBER = (int, float)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "action": _TEXT,
    "operation": _TEXT,
    "client": _TEXT,
    "sensor": _TEXT,
    "code": _COUNT,
    "message": _TEXT,
    "metrics": (list,),
    "delay_s": _NUMBER,
    "store": (bool,),
    "after": _COUNT,
    "every": _COUNT,
    "probability": _NUMBER,
    "count": _COUNT,
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "code": (1, len(ErrorCode)),
    "delay_s": (0, MAX_DELAY_S),
    "after": (0, 2**53),
    "every": (1, 2**53),
    "probability": (0, 1),
    "count": (0, 2**53),
}
_NEEDED = {Action.ERROR: "code", Action.DELAY: "delay_s"}


def _complaints(entry: Mapping[str, Any]) -> list[str]:
    unknown = [key for key in entry if key not in _TYPES]
    if unknown:
        known = ", ".join(sorted(_TYPES))
        return [f"{key}: unknown; the keys are {known}" for key in unknown]
    found = [text for key, value in entry.items() for text in _complaint(key, value)]
    action = entry.get("action")
    if action not in set(map(str, Action)):
        return [*found, f"action: must be one of {', '.join(Action)}"]
    if (needed := _NEEDED.get(Action(action))) and needed not in entry:
        found.append(f"{needed}: is missing; the action {action} needs it")
    if entry.get("operation", "") not in OPERATIONS | {""}:
        found.append(f"operation: must be one of {', '.join(sorted(OPERATIONS))}")
    return found


def _complaint(key: str, value: object) -> list[str]:
    kinds = _TYPES[key]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        return [f"{key}: must be {' or '.join(kind.__name__ for kind in kinds)}"]
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return [f"{key}: must be a list of texts"]
    if key in _RANGES and isinstance(value, int | float):
        low, high = _RANGES[key]
        if not low <= value <= high:
            return [f"{key}: must be from {low} to {high}"]
    return []


def _fault(entry: Mapping[str, Any]) -> Fault:
    fields = dict(entry)
    fields["action"] = Action(entry["action"])
    fields["metrics"] = tuple(entry.get("metrics", ()))
    return Fault(**fields)
