"""Asks a running collector over its unix socket."""

import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

ANSWER_TIMEOUT_S = 40.0


def ask(path: Path, request: dict[str, str]) -> dict[str, Any] | None:
    """Send one request and return the answer; None when no collector listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_TIMEOUT_S)
        try:
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return None
        try:
            # By way of the descriptor, because a socket's address is at most 107 bytes long.
            line.connect(f"/proc/self/fd/{directory}/{path.name}")
        except OSError:
            return None
        finally:
            os.close(directory)
        with suppress(OSError, ValueError), line.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            answer = json.loads(stream.readline())
            return answer if isinstance(answer, dict) else None
    return None
