"""Identities as the records in a directory name them: whole, or what is sound in their place."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.client.identity_record import (
    DamagedIdentityError,
    check_modes,
    copies_in,
    files_of,
    read_record,
    text_of,
)
from collector.errors import IdentityError

RECORD = "client.json"
RENEWED = "renewed.json"


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


def load_recorded(directory: Path, record_name: str) -> Identity | None:
    """Return the identity that a record names; None where there is no such record.

    Raises:
        IdentityError: As `IdentityDirectory.load`.
    """
    record_file = directory / record_name
    text = text_of(record_file)
    while text is not None:
        identity = identity_of(directory, read_record(text, record_file))
        try:
            check_modes(directory, identity.key_file, identity.certificate_file)
        except IdentityError:
            former, text = text, text_of(record_file)  # another process may replace it
            if text == former:
                raise
        else:
            return identity
    return None


def another_recorded(directory: Path) -> tuple[str, Identity] | None:
    """Return what is sound where the identity in use is damaged: its record's copy, or a successor.

    Of several copies it is the oldest: only an identity that the agent took lasts longer than a
    trial.

    Returns:
        The name of the record and its identity; None where nothing is sound.
    """
    of_successor = files_recorded(directory, RENEWED) or set()
    copies = [name for name in copies_in(directory) if name not in of_successor]
    found = [each for name in copies if (each := _sound(directory, name)) is not None]
    if found:
        return min(found, key=lambda each: each[1].enrolled_at_ms)
    return _sound(directory, RENEWED)


def files_recorded(directory: Path, record_name: str) -> set[str] | None:
    """Return the names of the files of an identity; None where they cannot be known."""
    file = directory / record_name
    try:
        text = text_of(file)
        return files_of(read_record(text, file)) if text is not None else set()
    except IdentityError:
        return None


def _sound(directory: Path, name: str) -> tuple[str, Identity] | None:
    with suppress(DamagedIdentityError):
        identity = load_recorded(directory, name)
        if identity is not None:
            return name, identity
    return None


def identity_of(directory: Path, record: Mapping[str, Any]) -> Identity:
    """Return the identity that the keys of a record describe."""
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
