"""Who this collector is at the agent: a directory with key, certificate and client id.

    client.json  ──> aa11-6f0c2d31.key, .crt, .ca.crt      the identity in use
    renewed.json ──> bb22-90ab3e17.key, .crt, .ca.crt      its successor, until the agent takes it

A record names its files and is written last, and no two certificates share a file's name, so
whatever happens meanwhile, each identity is whole or not there, and its key is that of its
certificate. Taking up the successor is one renaming. Everything is for its owner alone.
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
from collector.client.identity_record import check_modes, files_named_by, read_record
from collector.errors import IdentityError, StateError

_RECORD = "client.json"
_RENEWED = "renewed.json"
_PENDING = "pending."
"""So begin the names of what waits for a certificate; see `provisioning.pending`."""

_DIGEST_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the agent knows us by.

    Attributes:
        client_id: From the certificate; stands in every topic.
        ca_file: The authority that the certificate was accepted for.
        client_name: As asked for at enrolment.
        not_before_ms: When the certificate becomes valid, in milliseconds since the epoch.
        not_after_ms: When it expires.
        enrolled_at_ms: When we got it, by this machine's clock; 0 where that was not noted.
    """

    client_id: str
    key_file: Path
    certificate_file: Path
    ca_file: Path
    client_name: str
    not_before_ms: int
    not_after_ms: int
    enrolled_at_ms: int = 0


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

        Raises:
            IdentityError: It cannot be used: damaged, incomplete, or open to others.
        """
        return self._load(_RECORD)

    def load_renewed(self) -> Identity | None:
        """Return the identity that is to take the place of the one in use; None without one.

        Raises:
            IdentityError: As `load`.
        """
        return self._load(_RENEWED)

    def save(self, enrolled: Enrolled) -> Identity:
        """Put an identity on disk in place of the one in use, and of its successor, if any.

        Raises:
            StateError: It cannot be written; the old identity is untouched then.
        """
        with self._being_written():
            identity = self._write(enrolled, _RECORD)
            self._forget_renewed()
            self._remove_strays()
        return identity

    def save_renewed(self, enrolled: Enrolled) -> Identity:
        """Put an identity beside the one in use, as its successor.

        Raises:
            StateError: It cannot be written.
        """
        with self._being_written():
            identity = self._write(enrolled, _RENEWED)
            self._remove_strays()
        return identity

    def take_up_renewed(self) -> None:
        """Make the successor the identity in use, and forget the old one.

        Raises:
            StateError: It cannot be done; one of the two is in use.
        """
        try:
            (self.path / _RENEWED).replace(self.path / _RECORD)
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
            (self.path / _RENEWED).unlink(missing_ok=True)
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

    def _load(self, record_name: str) -> Identity | None:
        record_file = self.path / record_name
        text = _text_of(record_file)
        while text is not None:
            identity = _identity(self.path, read_record(text, record_file))
            try:
                check_modes(self.path, identity.key_file, identity.certificate_file)
            except IdentityError:
                former, text = text, _text_of(record_file)
                if text == former:
                    raise
            else:
                return identity
        return None

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
        write_private(self.path / record_name, json.dumps(record, indent=1).encode() + b"\n")
        return _identity(self.path, record)

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
        """Remove every file that no record names: keys of others, requests that were answered."""
        wanted = {_RECORD, _RENEWED}
        try:
            for record_name in (_RECORD, _RENEWED):
                wanted |= files_named_by(self.path / record_name)
            for file in self.path.iterdir():
                if not (file.name in wanted or file.name.startswith(but) or file.is_dir()):
                    file.unlink()
        except OSError as error:
            raise StateError(f"{self.path} cannot be cleaned up: {error.strerror}") from error


def _text_of(record_file: Path) -> str | None:
    try:
        return record_file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no text"
        raise IdentityError(f"the identity {record_file} cannot be read: {reason}") from error


def _digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()[:_DIGEST_DIGITS]


def _identity(directory: Path, record: dict[str, Any]) -> Identity:
    return Identity(
        client_id=record["client_id"],
        key_file=directory / record["key_file"],
        certificate_file=directory / record["certificate_file"],
        ca_file=directory / record["ca_file"],
        client_name=record["client_name"],
        not_before_ms=record["not_before_ms"],
        not_after_ms=record["not_after_ms"],
        enrolled_at_ms=record["enrolled_at_ms"],
    )
