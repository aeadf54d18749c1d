"""Replaces ``${...}`` in strings by what it refers to: the environment, a file, a credential."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.config import positions
from collector.config.complaints import Complaints

MAX_FILE_BYTES = 64 * 1024

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)
_FORMS = "${NAME}, ${NAME:-default}, ${file:/path} or ${CREDENTIAL:name}"


class _UnresolvedError(Exception):
    """A reference leads nowhere; the text says why."""


@dataclass(slots=True)
class References:
    """Resolves the references in a configuration.

    ``$${`` stands for a literal ``${``. A file's last line break is not part of its text.

    Args:
        environ: The environment's variables.
        directory: What relative file names are relative to.

    Attributes:
        resolved: Path to (as written, as resolved) of every string that held a reference.
    """

    environ: Mapping[str, str]
    directory: Path
    resolved: dict[positions.Path, tuple[str, str]] = field(default_factory=dict)

    def resolve(self, value: Any, path: positions.Path, complaints: Complaints) -> Any:  # noqa: ANN401 - any TOML value
        """Return the value with the references in all its strings replaced."""
        if isinstance(value, dict):
            return {
                key: self.resolve(item, (*path, key), complaints) for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.resolve(item, (*path, i), complaints) for i, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        try:
            text = _REFERENCE.sub(self._replacement, value)
        except _UnresolvedError as error:
            complaints.add(path, str(error))
            return value
        self.resolved[path] = (value, text)
        return text

    def _replacement(self, match: re.Match[str]) -> str:
        body, closing = match.groups()
        if body is None:
            return "${"
        if not closing:
            raise _UnresolvedError("'${' has no '}' (write '$${' where no reference is meant)")
        kind, colon, rest = body.partition(":")
        if kind == "file" and colon:
            return _file_text(self.directory / rest)
        if kind == "CREDENTIAL" and colon:
            return self._credential(rest)
        return self._variable(body)

    def _variable(self, body: str) -> str:
        match = _VARIABLE.fullmatch(body)
        if match is None:
            raise _UnresolvedError(f"'${{{body}}}' is no reference: write {_FORMS}")
        name, default = match.groups()
        # as in a shell, ":-" stands in for an empty variable too
        value = self.environ.get(name) if default is None else self.environ.get(name) or default
        if value is None:
            raise _UnresolvedError(f"the environment has no variable {name}")
        if not _is_text(value):
            raise _UnresolvedError(f"the environment's variable {name} holds no UTF-8 text")
        return value

    def _credential(self, name: str) -> str:
        directory = self.environ.get("CREDENTIALS_DIRECTORY")
        if not directory:
            raise _UnresolvedError(
                f"there are no credentials: the unit needs a line LoadCredential={name}:..."
            )
        if "/" in name or name in ("", ".", ".."):
            raise _UnresolvedError(f"{name!r} is no name of a credential")
        return _file_text(Path(directory) / name)


def _is_text(value: str) -> bool:
    """Tell whether a variable's bytes were UTF-8; others are half characters here (PEP 383)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _file_text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        text = raw.decode()
    except OSError as error:
        raise _UnresolvedError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or a null byte in the name
        raise _UnresolvedError(f"{file} holds no UTF-8 text") from error
    if len(raw) > MAX_FILE_BYTES:
        raise _UnresolvedError(f"{file} is larger than {MAX_FILE_BYTES // 1024} KiB")
    return text.removesuffix("\n").removesuffix("\r")
