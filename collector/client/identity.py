"""Who this collector is at the agent: a directory with key, certificate and client id.

``client.json`` names the other files and is written last, so whatever happens meanwhile, the old
identity or the new one is whole. Everything in it is for its owner alone.
"""

import json
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from collector.client.files import make_private_directory, sync_directory, write_private
from collector.errors import IdentityError, StateError
from collector.wire.ids import is_client_id

_RECORD = "client.json"
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_TEXTS = ("client_id", "client_name", "key_file", "certificate_file", "ca_file")
_TIMES = ("not_before_ms", "not_after_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the agent knows us by.

    Attributes:
        client_id: From the certificate; stands in every topic.
        ca_file: The authority that the certificate was accepted for.
        client_name: As asked for at enrolment.
        not_before_ms: When the certificate becomes valid, in milliseconds since the epoch.
        not_after_ms: When it expires.
    """

    client_id: str
    key_file: Path
    certificate_file: Path
    ca_file: Path
    client_name: str
    not_before_ms: int
    not_after_ms: int


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


class IdentityDirectory:
    """The directory that holds one identity.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Identity | None:
        """Return the identity; None when there is none yet.

        Raises:
            IdentityError: It cannot be used: damaged, incomplete, or open to others.
        """
        record_file = self.path / _RECORD
        try:
            text = record_file.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no text"
            raise IdentityError(f"the identity {record_file} cannot be read: {reason}") from error
        record = _read_record(text, record_file)
        identity = _identity(self.path, record)
        _check_modes(self.path, identity)
        return identity

    def save(self, enrolled: Enrolled) -> Identity:
        """Put an identity on disk in place of the old one, if any.

        Raises:
            StateError: It cannot be written; the old identity is untouched then.
        """
        make_private_directory(self.path)
        files = {
            "key_file": (f"{enrolled.client_id}.key", enrolled.key),
            "certificate_file": (f"{enrolled.client_id}.crt", enrolled.certificate),
            "ca_file": (f"{enrolled.client_id}.ca.crt", enrolled.ca),
        }
        for name, content in files.values():
            write_private(self.path / name, content)
        record: dict[str, Any] = {key: name for key, (name, _) in files.items()} | {
            name: value for name, value in asdict(enrolled).items() if not isinstance(value, bytes)
        }
        write_private(self.path / _RECORD, json.dumps(record, indent=1).encode() + b"\n")
        self._remove_all_but({name for name, _ in files.values()} | {_RECORD})
        return _identity(self.path, record)

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

    def _remove_all_but(self, wanted: set[str]) -> None:
        try:
            for file in self.path.iterdir():
                if file.name not in wanted:
                    file.unlink()
        except OSError as error:
            raise StateError(f"{self.path} cannot be cleaned up: {error.strerror}") from error


def _identity(directory: Path, record: dict[str, Any]) -> Identity:
    return Identity(
        client_id=record["client_id"],
        key_file=directory / record["key_file"],
        certificate_file=directory / record["certificate_file"],
        ca_file=directory / record["ca_file"],
        client_name=record["client_name"],
        not_before_ms=record["not_before_ms"],
        not_after_ms=record["not_after_ms"],
    )


def _read_record(text: str, file: Path) -> dict[str, Any]:
    damaged = IdentityError(
        f"the identity {file} is damaged; provision again: collector provision --force"
    )
    try:
        record = json.loads(text)
    except ValueError:
        raise damaged from None
    if not isinstance(record, dict):
        raise damaged
    texts = all(isinstance(record.get(name), str) for name in _TEXTS)
    times = all(type(record.get(name)) is int for name in _TIMES)
    if not texts or not times or not is_client_id(record["client_id"]):
        raise damaged
    if any(Path(record[name]).name != record[name] for name in _TEXTS if name.endswith("_file")):
        raise damaged
    return record


def _check_modes(directory: Path, identity: Identity) -> None:
    for path, right in (
        (directory, "0700"),
        (identity.key_file, "0600"),
        (identity.certificate_file, ""),
    ):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError as error:
            raise IdentityError(f"{path} cannot be used: {error.strerror}") from error
        if right and mode & _FOR_OTHERS:
            raise IdentityError(
                f"{path} has mode {mode:04o} and is open to others; it has to be {right}: "
                f"chmod {right[1:]} {path}"
            )
