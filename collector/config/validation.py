"""Validates one table against its model and puts pydantic's errors into words."""

import json
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from collector.config.complaints import Complaints, not_allowed
from collector.config.model_keys import keys_at, members_at
from collector.config.positions import Path
from collector.plugin.settings import ConfigModel

ModelT = TypeVar("ModelT", bound=ConfigModel)

_MAX_SHOWN_VALUE = 40

_PHRASES: Mapping[str, str] = types.MappingProxyType(
    {
        "missing": "is missing",
        "bool_type": "must be true or false",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "finite_number": "must be a finite number",
        "string_type": "must be text in quotes",
        "is_instance_of": "must be text in quotes",  # all that TOML has for a path
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "set_type": "must be a list",
        "frozen_set_type": "must be a list",
        "dict_type": "must be a table",
        "model_type": "must be a table",
        "model_attributes_type": "must be a table",
        "greater_than": "must be more than {gt}",
        "greater_than_equal": "must be at least {ge}",
        "less_than": "must be less than {lt}",
        "less_than_equal": "must be at most {le}",
        "multiple_of": "must be a multiple of {multiple_of}",
        "string_too_short": "must have at least {min_length} characters",
        "string_too_long": "must have at most {max_length} characters",
        "string_pattern_mismatch": "must match the pattern {pattern}",
        "too_short": "must have at least {min_length} items",
        "too_long": "must have at most {max_length} items",
    }
)
_SHOWN_WITHOUT_VALUE = frozenset({"missing", "value_error", "too_short", "too_long"})


def validate(
    model: type[ModelT],
    table: Mapping[str, Any],
    at: Path,
    complaints: Complaints,
    more_keys: Sequence[str] = (),
) -> ModelT | None:
    """Return the table as its model; None, and complaints, if it does not fit.

    Args:
        model: What the table must be.
        table: As tomllib gave it.
        at: The table's path in the configuration.
        complaints: Gets everything that is wrong.
        more_keys: Keys that are allowed in the table beside the model's, named in complaints.
    """
    try:
        return model.model_validate(table)
    except pydantic.ValidationError as error:
        for details in error.errors(include_url=False):
            if complaints.is_full:
                break
            path = _path_in(table, details)
            allowed = _allowed(model, details, more_keys)
            written = complaints.written((*at, *path), _value_at(table, path))
            complaints.add((*at, *path), _in_words(details, allowed, written))
    return None


def _path_in(table: Mapping[str, Any], details: ErrorDetails) -> Path:
    """Return the path of an error in the data, without the tags that pydantic adds for unions."""
    value: Any = table
    path: Path = ()
    for part in details["loc"]:
        if _has(value, part):
            value = value[part]
            path = (*path, part)
    return (*path, details["loc"][-1]) if details["type"] == "missing" else path


def _has(value: object, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _value_at(table: Mapping[str, Any], path: Path) -> object:
    value: Any = table
    for part in path:
        value = value[part] if _has(value, part) else None
    return value


def _allowed(
    model: type[pydantic.BaseModel], details: ErrorDetails, more_keys: Sequence[str]
) -> tuple[str, ...]:
    """Return the keys, or the values, that may stand where this error is."""
    *above, _ = details["loc"] or ("",)
    if details["type"] == "extra_forbidden":
        return keys_at(model, above) + (() if above else tuple(more_keys))
    return tuple(members_at(model, details["loc"]))


def _in_words(details: ErrorDetails, allowed: Sequence[str], written: object) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return not_allowed("unknown key", details["loc"][-1], allowed)
    if kind == "literal_error":
        return f"must be one of {_quoted(context['expected'])}{_shown(written)}"
    if kind == "is_instance_of" and allowed:
        return f"must be one of {_quoted(', '.join(map(repr, allowed)))}{_shown(written)}"
    if kind == "union_tag_invalid":
        tags = _quoted(context["expected_tags"])
        return f"{_tag(context)} must be one of {tags}{_shown(context['tag'])}"
    if kind == "union_tag_not_found":
        return f"{_tag(context)} is missing"
    if kind in ("value_error", "assertion_error"):
        return " ".join(str(context["error"]).split())
    phrase = _PHRASES.get(kind)
    text = phrase.format_map(_plain(context)) if phrase else details["msg"]
    return text if kind in _SHOWN_WITHOUT_VALUE else f"{text}{_shown(written)}"


def _tag(context: Mapping[str, Any]) -> str:
    return str(context["discriminator"]).strip("'")


def _quoted(names: str) -> str:
    return names.replace("'", '"')  # as TOML files mostly have them


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds as people write them: 0 instead of 0.0."""
    return {key: f"{it:g}" if isinstance(it, float) else it for key, it in context.items()}


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return f", got a {'table' if isinstance(value, dict) else 'list'}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f", got {text[:_MAX_SHOWN_VALUE]}{'...' if len(text) > _MAX_SHOWN_VALUE else ''}"
