"""What a settings model takes: its TOML keys, and those of the models inside it."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, TypeVar, get_args

import pydantic
from pydantic.fields import FieldInfo

TypeT = TypeVar("TypeT")


def key_of(name: str, info: FieldInfo) -> str:
    """Return the TOML key of a model's field."""
    return info.alias or name


def keys_of(model: type[pydantic.BaseModel]) -> tuple[str, ...]:
    """Return the TOML keys that a model takes."""
    return tuple(key_of(name, info) for name, info in model.model_fields.items())


def keys_at(model: type[pydantic.BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys of the models that pydantic may have met at a place."""
    return tuple(dict.fromkeys(key for found in _models_at(model, loc) for key in keys_of(found)))


def members_at(model: type[pydantic.BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the values of the enumeration that is wanted at a place; none if none is."""
    *above, key = [part for part in loc if isinstance(part, str)] or [""]
    return [
        str(member.value)
        for annotation in _annotations_of(_models_at(model, above), key)
        for enumeration in _types_in(annotation, Enum)
        for member in enumeration
    ]


def _models_at(
    model: type[pydantic.BaseModel], loc: Sequence[str | int]
) -> list[type[pydantic.BaseModel]]:
    models = [model]
    for part in loc:
        inner = [
            found
            for annotation in _annotations_of(models, part)
            for found in _types_in(annotation, pydantic.BaseModel)
        ]
        models = inner or models
    return models


def _annotations_of(models: Sequence[type[pydantic.BaseModel]], key: str | int) -> Iterator[Any]:
    for model in models:
        for name, info in model.model_fields.items():
            if key_of(name, info) == key:
                yield info.annotation


def _types_in(annotation: Any, base: type[TypeT]) -> Iterator[type[TypeT]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, base):
        yield annotation
    for argument in get_args(annotation):
        yield from _types_in(argument, base)
