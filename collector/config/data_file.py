"""Files of plugins: read and complained about like the configuration itself."""

from pathlib import Path
from typing import cast

from collector.config import files
from collector.config.anchor import Anchor
from collector.config.complaints import Complaints
from collector.config.validation import ModelT, validate


def load_data_file(path: Path, model: type[ModelT]) -> ModelT:
    """Read a TOML file that a source's settings name, such as a profile of a device.

    It is held against the model exactly as the configuration is: strict types, no unknown keys,
    every complaint at once. Relative paths in it are relative to its own directory. A ``${...}`` is
    plain text: what is secret or differs between machines belongs into the configuration.

    May be called in a source's ``create``: what it raises is then shown as it is, and once, even
    if several sources name the same file.

    Args:
        path: The file. That of a settings model is absolute already.
        model: What the file's top must be.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or does not fit. One complaint per line,
            each ``file:line:column: path: message``.
    """
    document = files.read_alone(path)
    complaints = Complaints(document.places)
    loaded = validate(model, document.data, (), complaints)
    if loaded is not None:
        loaded = Anchor(path.parent, complaints).held(loaded, ())
    complaints.raise_if_any()
    return cast("ModelT", loaded)  # where it does not fit, that was a complaint
