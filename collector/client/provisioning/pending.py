"""A signing request that no certificate has come back for yet."""

from dataclasses import dataclass
from pathlib import Path

from collector.client.files import make_private_directory, write_private
from collector.client.provisioning import certificates
from collector.client.provisioning.certificates import Key
from collector.errors import StateError

_KEY = "pending.key"
_REQUEST = "pending.csr"


@dataclass(frozen=True, slots=True)
class Pending:
    """Key and request, on disk until the identity is.

    Attributes:
        request: Exactly the bytes to publish.
    """

    directory: Path
    key: Key
    client_name: str
    request: bytes

    @classmethod
    def load_or_make(cls, directory: Path, client_name: str, key_kind: str) -> "Pending":
        """Return the pending request of this name and kind of key, or a new one.

        Raises:
            StateError: The directory cannot be read or written.
        """
        key, request = _load(directory)
        if (
            key is not None
            and certificates.is_of_kind(key, key_kind)
            and certificates.asks_for(request, key, client_name)
        ):
            return cls(directory, key, client_name, request)
        key = certificates.make_key(key_kind)
        request = certificates.signing_request(key, client_name)
        make_private_directory(directory)
        write_private(directory / _KEY, certificates.key_pem(key))
        write_private(directory / _REQUEST, request)
        return cls(directory, key, client_name, request)

    def remove(self) -> None:
        """Forget it: the agent will never take it.

        Raises:
            StateError: The files cannot be removed.
        """
        try:
            (self.directory / _REQUEST).unlink(missing_ok=True)
            (self.directory / _KEY).unlink(missing_ok=True)
        except OSError as error:
            raise StateError(f"{self.directory} cannot be written: {error.strerror}") from error


def _load(directory: Path) -> tuple[Key | None, bytes]:
    try:
        key = certificates.read_key((directory / _KEY).read_bytes())
        return key, (directory / _REQUEST).read_bytes()
    except FileNotFoundError:
        return None, b""
    except OSError as error:
        raise StateError(f"{error.filename} cannot be read: {error.strerror}") from error
