"""Gives the values of a TOML file the types that TOML has no words for."""

import types
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

_COLLECTIONS: Mapping[Any, Any] = types.MappingProxyType(
    {tuple: tuple, list: list, set: set, frozenset: frozenset}
)


def typed(annotation: Any, value: Any) -> Any:  # noqa: ANN401 - any annotation, any TOML value
    """Return an array as the tuple or set, and a string as the path or member, that is asked for.

    Settings are validated strictly, so ``"5"`` is no number. But an array is the only way to write
    a tuple, and a string the only way to write a path or a member of an enumeration. Whatever does
    not fit is returned as it is, for the validation to refuse.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return typed(arguments[0], value)
    if origin in (Union, types.UnionType):
        return _typed_as_one_of(arguments, value)
    if isinstance(value, list) and origin in _COLLECTIONS:
        return _collection(origin, arguments, value)
    if isinstance(value, dict) and origin is dict:
        return {key: typed(arguments[1], item) for key, item in value.items()}
    return _scalar(annotation, value)


def _typed_as_one_of(annotations: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 - see typed
    if type(value) in annotations:
        return value
    for annotation in annotations:
        converted = typed(annotation, value)
        if type(converted) is not type(value):
            return converted
    return value


def _collection(origin: Any, arguments: tuple[Any, ...], value: list[Any]) -> Any:  # noqa: ANN401 - see typed
    if origin is tuple and arguments[-1:] != (...,):
        if len(arguments) != len(value):
            return tuple(value)
        return tuple(typed(each, item) for each, item in zip(arguments, value, strict=True))
    items = [typed(arguments[0], item) for item in value]
    try:
        return _COLLECTIONS[origin](items)
    except TypeError:  # a table cannot be a member of a set
        return value


def _scalar(annotation: Any, value: Any) -> Any:  # noqa: ANN401 - see typed
    if not isinstance(annotation, type) or not isinstance(value, str | int):
        return value
    if issubclass(annotation, Path) and isinstance(value, str):
        return Path(value)
    if issubclass(annotation, Enum):
        return next((member for member in annotation if member.value == value), value)
    return value
