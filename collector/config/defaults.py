"""Defaults that depend on the machine and on who runs the collector."""

import os
import pwd
import re
import socket
from collections.abc import Mapping
from pathlib import Path

SERVICE_USER = "collector"
SERVICE_STATE_DIR = Path("/var/lib/collector")
VENDOR_CA_FILE = Path("/var/lib/teamviewer-iot-agent/certs/TeamViewerAuthority.crt")

_NOT_IN_A_CLIENT_NAME = re.compile(r"[^A-Za-z0-9.*,@'_-]+")


def state_dir(environ: Mapping[str, str], user: str | None = None) -> Path:
    """Return where state lies: the system's directory for the service's user, else the user's own.

    Args:
        environ: Asked for ``XDG_STATE_HOME`` and ``HOME``.
        user: Who runs the collector; by default the user of this process.
    """
    if (user if user is not None else current_user()) == SERVICE_USER:
        return SERVICE_STATE_DIR
    state_home = environ.get("XDG_STATE_HOME", "")
    if Path(state_home).is_absolute():  # the XDG rules: a relative path is to be ignored
        return Path(state_home) / "collector"
    return Path(environ.get("HOME") or "/") / ".local/state/collector"


def client_name(host_name: str | None = None) -> str:
    """Return the machine's host name as a client name that the contract allows (section 4.1)."""
    name = _NOT_IN_A_CLIENT_NAME.sub("-", host_name if host_name is not None else machine_name())
    return name.strip("-") or "collector"


def machine_name() -> str:
    """Return the host name of this machine."""
    return socket.gethostname()


def current_user() -> str:
    """Return the name of the user of this process; empty when the user has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return ""
