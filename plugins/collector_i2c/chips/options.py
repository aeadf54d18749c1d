"""The ``options`` of a chip: checked as the rest of the configuration is."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from collector import ConfigModel

OptionsT = TypeVar("OptionsT", bound=ConfigModel)


def checked(model: type[OptionsT], options: Mapping[str, Any]) -> OptionsT:
    """Return the options of one chip.

    Raises:
        ValueError: They are wrong; it says each complaint, with the keys that there are.
    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        complaints = [_complaint(each, model) for each in error.errors()]
        raise ValueError("; ".join(complaints)) from error


def meanings(model: type[ConfigModel]) -> Mapping[str, str]:
    """Return what each option of a chip means, by its name."""
    return {name: info.description or "" for name, info in model.model_fields.items()}


def _complaint(error: Any, model: type[ConfigModel]) -> str:  # noqa: ANN401 - pydantic's dictionary
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
        known = ", ".join(model.model_fields) or "none"
        return f"options.{path}: there is no such option (there are: {known})"
    message = error["msg"].removeprefix("Value error, ")
    return f"options.{path}: {message}" if path else f"options: {message}"
