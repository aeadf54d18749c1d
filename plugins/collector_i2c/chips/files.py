"""Descriptions from files: ours in ``devices/``, and the user's own."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from collector import load_data_file
from collector_i2c.chips.description import Description


@cache
def bundled(name: str) -> Description:
    """Return one of ours, by the name of its file."""
    file = resources.files("collector_i2c").joinpath("devices", f"{name}.toml")
    return Description.model_validate(tomllib.loads(file.read_text("utf-8")))


def own(path: Path) -> Description:
    """Return one of the user's.

    Raises:
        ConfigError: It cannot be read, or it is no description; it says each place.
    """
    return load_data_file(path, Description)
