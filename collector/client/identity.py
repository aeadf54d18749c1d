"""Who this collector is at the agent: a directory with key, certificate and client id.

    client.json  ──> aa11-6f0c2d31.key, .crt, .ca.crt, .json    the identity in use
    renewed.json ──> bb22-90ab3e17.key, .crt, .ca.crt, .json    its successor, until it is taken

A record names its files, the last of which is its copy, and is written last, and no two
certificates share a file's name, so whatever happens meanwhile, each identity is whole or not
there, and its key is that of its certificate. Taking up the successor is one renaming. Everything
is for its owner alone.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from collector.client.files import (
    held,
    make_private_directory,
    sync_directory,
    write_private,
)
from collector.client.identity_record import DamagedIdentityError, copy_name, text_of
from collector.client.recorded import (
    RECORD,
    RENEWED,
    Identity,
    another_recorded,
    files_recorded,
    identity_of,
    load_recorded,
)
from collector.errors import StateError

__all__ = ("Enrolled", "Identity", "IdentityDirectory")

_PENDING = "pending."
"""So begin the names of what waits for a certificate; see `provisioning.pending`."""

_DIGEST_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A fresh identity that is not yet on disk: the contents of its files."""

    client_id: str
    client_name: str
    key: bytes
    certificate: bytes
    ca: bytes
    not_before_ms: int
    not_after_ms: int
    enrolled_at_ms: int = 0


class IdentityDirectory:
    """The directory that holds one identity.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Identity | None:
        """Return the identity in use; None when there is none yet.

        Where its record is damaged or a file of it is gone, it is what `mend` would put there.

        Raises:
            IdentityUnreadableError: Not now.
            IdentityError: It cannot be used: damaged, incomplete, or open to others.
        """
        try:
            return load_recorded(self.path, RECORD)
        except DamagedIdentityError:
            other = another_recorded(self.path)
            if other is None:
                raise
            return other[1]

    def load_renewed(self) -> Identity | None:
        """Return the identity that is to take the place of the one in use; None without one.

        Raises:
            IdentityError: As `load`.
        """
        return load_recorded(self.path, RENEWED)

    def mend(self) -> str:
        """Put what is sound in the place of an identity that is damaged.

        Returns:
            What was done, in words; empty when nothing was wrong, or nothing sound is there.

        Raises:
            IdentityError: As `load`, but for damage.
            StateError: The directory cannot be written.
        """
        try:
            load_recorded(self.path, RECORD)
        except DamagedIdentityError as error:
            other = another_recorded(self.path)
            if other is None:
                return ""
            name, identity = other
            self._take_the_place(name)
            return f"{error.what}; client {identity.client_id} is used instead, as {name} has it"
        return ""

    def save(self, enrolled: Enrolled) -> Identity:
        """Put an identity on disk in place of the one in use, and of its successor, if any.

        Raises:
            StateError: It cannot be written; the old identity is untouched then.
        """
        with self._being_written():
            identity = self._write(enrolled, RECORD)
            self._forget_renewed()
            self._remove_strays()
        return identity

    def save_renewed(self, enrolled: Enrolled) -> Identity:
        """Put an identity beside the one in use, as its successor.

        Raises:
            StateError: It cannot be written.
        """
        with self._being_written():
            identity = self._write(enrolled, RENEWED)
            self._remove_strays()
        return identity

    def take_up_renewed(self) -> None:
        """Make the successor the identity in use, and forget the old one.

        Raises:
            StateError: It cannot be done; one of the two is in use.
        """
        try:
            (self.path / RENEWED).replace(self.path / RECORD)
            sync_directory(self.path)
        except OSError as error:
            raise StateError(f"{self.path} cannot be written: {error.strerror}") from error
        self._clean_up()

    def discard_renewed(self) -> None:
        """Forget the successor, if there is one.

        Raises:
            StateError: It cannot be removed.
        """
        self._forget_renewed()
        self._clean_up()

    def _forget_renewed(self) -> None:
        try:
            (self.path / RENEWED).unlink(missing_ok=True)
        except OSError as error:
            raise StateError(f"{self.path} cannot be written: {error.strerror}") from error

    def set_aside(self) -> Path | None:
        """Move the identity of a deleted client out of the way.

        Returns:
            Where it lies now; None when there was none.

        Raises:
            StateError: It cannot be moved.
        """
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.deleted-{number}")).exists():
            number += 1
        try:
            self.path.rename(aside)
            sync_directory(aside.parent)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(f"{self.path} cannot be moved: {error.strerror}") from error
        return aside

    def _take_the_place(self, name: str) -> None:
        if name == RENEWED:
            self.take_up_renewed()
            return
        text = text_of(self.path / name)
        if text is not None:
            write_private(self.path / RECORD, text.encode())

    def _write(self, enrolled: Enrolled, record_name: str) -> Identity:
        stem = f"{enrolled.client_id}-{_digest(enrolled.certificate)}"
        files = {
            "key_file": (f"{stem}.key", enrolled.key),
            "certificate_file": (f"{stem}.crt", enrolled.certificate),
            "ca_file": (f"{stem}.ca.crt", enrolled.ca),
        }
        for name, content in files.values():
            write_private(self.path / name, content)
        record: dict[str, Any] = {key: name for key, (name, _) in files.items()} | {
            name: value for name, value in asdict(enrolled).items() if not isinstance(value, bytes)
        }
        text = json.dumps(record, indent=1).encode() + b"\n"
        for name in (copy_name(record), record_name):
            write_private(self.path / name, text)
        return identity_of(self.path, record)

    @contextmanager
    def _being_written(self) -> Iterator[None]:
        """Keep others from taking files for strays that the record does not name yet."""
        make_private_directory(self.path)
        try:
            with held(self.path, waits=True):
                yield
        except OSError as error:
            raise StateError(f"{self.path} cannot be held: {error.strerror}") from error

    def _clean_up(self) -> None:
        """Remove strays but for pending requests; whoever writes just now does it himself."""
        try:
            with held(self.path, waits=False) as is_held:
                if is_held:
                    self._remove_strays(but=_PENDING)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StateError(f"{self.path} cannot be cleaned up: {error.strerror}") from error

    def _remove_strays(self, but: str = "\0") -> None:
        """Remove every file that no record names: keys of others, requests that were answered.

        Of a record that is damaged nobody knows what it named, so then only requests go.
        """
        named = [files_recorded(self.path, each) for each in (RECORD, RENEWED)]
        wanted = {RECORD, RENEWED}.union(*(each for each in named if each is not None))
        removed = _PENDING if None in named else ""
        try:
            for file in self.path.iterdir():
                name = file.name
                is_stray = name.startswith(removed) and not name.startswith(but)
                if is_stray and name not in wanted and not file.is_dir():
                    file.unlink()
        except OSError as error:
            raise StateError(f"{self.path} cannot be cleaned up: {error.strerror}") from error


def _digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()[:_DIGEST_DIGITS]
