"""Keeps secrets out of recordings: of the configuration in their header, and of what passes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.config import files
from collector.config.complaints import Complaints
from collector.config.references import References
from collector.plugin.tape import TapeEvent

HIDDEN = "***"
"""Stands for a secret that is written into the configuration itself."""

_LEAST_BYTES = 4
"""Shorter ones would be found, and covered, where they are something else."""

_SECRET_NAME = re.compile(
    r"pass(word|phrase|wd|code)?|secret|token|pin_?code|psk|credentials?|authorization"
    r"|(api|app|access|private|auth|shared|encryption|decryption|network)_?key",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")


@dataclass(frozen=True, slots=True)
class Mask:
    """Covers secrets in bytes.

    Attributes:
        secrets: What is to be covered, longest first.
    """

    secrets: tuple[bytes, ...] = ()

    def of_event(self, event: TapeEvent) -> TapeEvent:
        """Return an event with its data and its channel covered."""
        channel = self.over(event.channel.encode(errors="replace")).decode()
        return replace(event, channel=channel, data=self.over(bytes(event.data)))

    @classmethod
    def of(cls, secrets: Iterable[str]) -> "Mask":
        """Return a mask over these; those that are too short to be told apart are left out."""
        wanted = {secret.encode() for secret in secrets}
        long_enough = {secret for secret in wanted if len(secret) >= _LEAST_BYTES}
        return cls(tuple(sorted(long_enough, key=lambda secret: (-len(secret), secret))))

    def over(self, data: bytes) -> bytes:
        """Return the bytes with ``*`` in the place of each byte of a secret."""
        for secret in self.secrets:
            data = data.replace(secret, b"*" * len(secret))
        return data


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A configuration's ``[[source]]`` tables without secrets.

    Attributes:
        tables: In the order of the files; references are as they are written.
        mask: Covers the secrets in what passes.
    """

    tables: tuple[Mapping[str, Any], ...]
    mask: Mask

    def by_name(self, names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the tables by the sources' names, which are in the same order."""
        return dict(zip(names, self.tables, strict=True))


def cleaned(path: Path, environ: Mapping[str, str]) -> Cleaned:
    """Read the ``[[source]]`` tables of a configuration that is known to be right.

    A value is secret if its key sounds like one, or if it comes from a file, a credential or a
    variable that sounds like one, or if it is the user's part of a URL.

    Raises:
        ConfigError: It has gone, or is wrong by now.
    """
    document = files.read(path)
    found = _Search(References(environ, path.parent), Complaints(document.places))
    tables = tuple(found.clean(table) for table in document.data.get("source", []))
    return Cleaned(tables, Mask.of(found.secrets))


class _Search:
    def __init__(self, references: References, complaints: Complaints) -> None:
        self.secrets: set[str] = set()
        self._references = references
        self._complaints = complaints

    def clean(self, value: Any, key: str = "") -> Any:  # noqa: ANN401 - any TOML value
        if isinstance(value, dict):
            return {name: self.clean(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.clean(item, key) for item in value]
        if isinstance(value, str):
            return self._text(value, key)
        if _is_secret(key) and not isinstance(value, bool | int | float):
            return HIDDEN
        return value if isinstance(value, bool | int | float) else str(value)

    def _text(self, text: str, key: str) -> str:
        is_secret = _is_secret(key)
        references = [match.group() for match in _REFERENCE.finditer(text)]
        for reference in references:
            if is_secret or _is_secret_reference(reference[2:-1]):
                self.secrets.add(self._resolved(reference))
        if is_secret and not references:
            self.secrets.add(text)
            return HIDDEN
        for user in _USER_IN_URL.findall(text):
            if "${" not in user:
                self.secrets.update(user.split(":"))
        return _USER_IN_URL.sub(lambda match: _hidden_user(match.group()), text)

    def _resolved(self, reference: str) -> str:
        return str(self._references.resolve(reference, (), self._complaints))


def _hidden_user(user: str) -> str:
    return user if "${" in user else HIDDEN


def _is_secret_reference(body: str) -> bool:
    kind, colon, _ = body.partition(":")
    return bool(colon and kind in ("file", "CREDENTIAL")) or _is_secret(kind)


def _is_secret(name: str) -> bool:
    """Tell whether a key or a variable sounds like a secret: one of its words does."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).split("_")
    joined = ["_".join(words[i:]) for i in range(len(words))]
    return any(_SECRET_NAME.fullmatch(each) for each in (*words, *joined))
