"""Finds the data files of formats."""

import difflib
import tomllib
from functools import cache
from importlib import resources

from collector_serial.settings.format import FormatSettings

_SUFFIX = ".toml"


@cache
def format_names() -> tuple[str, ...]:
    """Return the names of all formats, sorted."""
    files = resources.files(__package__).iterdir()
    names = (file.name for file in files if file.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names))


@cache
def format_named(name: str) -> FormatSettings:
    """Return a format by its name.

    Raises:
        ValueError: There is none; the nearest name is told.
    """
    if name not in format_names():
        nearest = difflib.get_close_matches(name, format_names(), n=1)
        hint = f", did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"format: there is no {name!r}{hint} ({', '.join(format_names())})")
    text = resources.files(__package__).joinpath(name + _SUFFIX).read_text("utf-8")
    return FormatSettings.model_validate(tomllib.loads(text))
