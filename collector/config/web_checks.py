"""Whether the status page is kept from strangers: its token, and where it may be left out."""

import ipaddress
import stat
from pathlib import Path

from collector.config.complaints import Complaints
from collector.config.models import WebTable
from collector.errors import ConfigError

MIN_TOKEN_CHARACTERS = 16
MAX_TOKEN_BYTES = 1024


def check_web(table: WebTable, complaints: Complaints) -> None:
    """Complain about a page that strangers could read."""
    if not table.enabled:
        return
    if table.token_file is None:
        if not is_loopback(table.host):
            message = (
                f"must be set, for others can reach {table.host}: a file of one line, as made by"
                " 'openssl rand -hex 32'"
            )
            complaints.add(("web", "token_file"), message)
        return
    try:
        read_token(table.token_file)
    except PermissionError:
        pass  # whoever checks need not be who runs; the run itself says so
    except ConfigError as error:
        complaints.add(("web", "token_file"), str(error))


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_token(file: Path) -> str:
    """Return the token of the status page.

    Raises:
        ConfigError: There is none, it is too short, or others can read it.
        PermissionError: We may not read it.
    """
    try:
        with file.open("rb") as stream:
            mode = stat.S_IMODE(file.stat().st_mode)
            token = stream.read(MAX_TOKEN_BYTES).decode("ascii").strip()
    except PermissionError:
        raise
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} holds no plain text") from error
    if mode & stat.S_IROTH:
        raise ConfigError(f"{file} has mode {mode:04o}, so anybody may read it: chmod o-r {file}")
    if len(token) < MIN_TOKEN_CHARACTERS or not token.isprintable() or " " in token:
        raise ConfigError(
            f"{file} must hold one line of at least {MIN_TOKEN_CHARACTERS} characters, as made by"
            " 'openssl rand -hex 32'"
        )
    return token
