"""Descriptions from files: ours in ``devices/``, and the user's own."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from collector_i2c.chips.description import Description


@cache
def bundled(name: str) -> Description:
    """Return one of ours, by the name of its file."""
    file = resources.files("collector_i2c").joinpath("devices", f"{name}.toml")
    return Description.model_validate(tomllib.loads(file.read_text("utf-8")))


def own(path: Path) -> Description:
    """Return one of the user's.

    Raises:
        ValueError: It cannot be read, or it is no description; it says where.
    """
    try:
        return Description.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ValueError(f"device_file {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"device_file {path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"device_file {path}: {where}: {first['msg']}") from error
