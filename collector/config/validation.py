"""Validates one table against its model and puts pydantic's errors into words."""

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args

import pydantic
from pydantic_core import ErrorDetails

from collector.config.complaints import Complaints, not_allowed
from collector.config.positions import Path
from collector.plugin.settings import ConfigModel

ModelT = TypeVar("ModelT", bound=ConfigModel)

_MAX_SHOWN_VALUE = 40

_PHRASES: Mapping[str, str] = types.MappingProxyType(
    {
        "missing": "is missing",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "int_parsing": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "string_type": "must be text in quotes",
        "path_type": "must be text in quotes",
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
            above = details["loc"][:-1]
            known = _keys_at(model, above) + (() if above else tuple(more_keys))
            complaints.add((*at, *_path_in(table, details)), _in_words(details, known))
    return None


def key_of(name: str, info: pydantic.fields.FieldInfo) -> str:
    """Return the TOML key of a model's field."""
    return info.alias or name


def keys_of(model: type[pydantic.BaseModel]) -> tuple[str, ...]:
    """Return the TOML keys that a model takes."""
    return tuple(key_of(name, info) for name, info in model.model_fields.items())


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


def _in_words(details: ErrorDetails, known_keys: Sequence[str]) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return not_allowed("unknown key", details["loc"][-1], known_keys)
    if kind in ("literal_error", "enum"):
        allowed = context["expected"].replace("'", '"')
        return f"must be one of {allowed}{_shown(details['input'])}"
    if kind == "union_tag_invalid":
        allowed = context["expected_tags"].replace("'", '"')
        return f"{context['discriminator']} must be one of {allowed}, got {context['tag']!r}"
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    phrase = _PHRASES.get(kind)
    text = phrase.format_map(context) if phrase else details["msg"]
    return text if kind in _SHOWN_WITHOUT_VALUE else f"{text}{_shown(details['input'])}"


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple | set | frozenset):
        return f", got a {'table' if isinstance(value, dict) else 'list'}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f", got {text[:_MAX_SHOWN_VALUE]}{'...' if len(text) > _MAX_SHOWN_VALUE else ''}"


def _keys_at(model: type[pydantic.BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys of the models that pydantic may have met at a place."""
    models = [model]
    for part in loc:
        inner = [
            found
            for candidate in models
            for name, info in candidate.model_fields.items()
            if key_of(name, info) == part
            for found in _models_in(info.annotation)
        ]
        models = inner or models
    return tuple(dict.fromkeys(key for found in models for key in keys_of(found)))


def _models_in(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
