"""One conversation with a running collector: a request out, lines of JSON back."""

import json
import os
import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from collector import __version__
from collector.errors import AgentError, AgentUnreachableError, CollectorError, NotRunningError
from collector.operating.unit import start_command
from collector.service.state_dir import Mode, StateDirectory

ANSWER_TIMEOUT_S = 40.0


def is_listening(path: Path) -> bool:
    """Tell whether a collector accepts connections on this socket."""
    line = _connected(path)
    if line is not None:
        line.close()
    return line is not None


def running_socket(base: Path) -> Path:
    """Return the socket of the collector that runs in a state directory, in whatever mode.

    Raises:
        NotRunningError: None does, or none that this user may ask.
    """
    sockets = [StateDirectory(base, mode).socket for mode in Mode]
    for path in sockets:
        if is_listening(path):
            return path
    if any(map(_is_closed_to_us, sockets)):
        raise NotRunningError(
            f"{base} is closed to this user: ask as root (sudo), or as the collector's own user"
        )
    raise NotRunningError(
        f"no collector is running in {base}; start one with '{start_command(base)}'"
    )


def call(
    path: Path, request: Mapping[str, Any], timeout_s: float | None = ANSWER_TIMEOUT_S
) -> Generator[dict[str, Any]]:
    """Send one request and yield each line of the answer until the collector hangs up.

    Args:
        path: The collector's socket.
        request: What to ask.
        timeout_s: How long to wait for each line; None for ever.

    Raises:
        AgentUnreachableError: No collector listens, it does not answer, or not in JSON.
    """
    line = _connected(path)
    if line is None:
        raise AgentUnreachableError(f"no collector listens on {path}")
    with line, suppress(BrokenPipeError), line.makefile("rwb") as stream:
        line.settimeout(timeout_s)
        try:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            for answer in stream:
                yield _read(answer)
        except TimeoutError:
            raise AgentUnreachableError("the running collector does not answer") from None
        except ConnectionError:
            raise AgentUnreachableError("the running collector hung up") from None


def ask_status(path: Path, timeout_s: float = ANSWER_TIMEOUT_S) -> dict[str, Any]:
    """Return the status of the collector that listens on this socket.

    Raises:
        AgentUnreachableError: It does not answer, or not with a status.
    """
    answer = next(call(path, {"request": "status"}, timeout_s), None)
    if answer is None:
        raise AgentUnreachableError("the running collector hung up without an answer")
    status = answer.get("reply")
    if not isinstance(status, dict):
        told = str(answer.get("error", "it has another version, maybe: restart it"))
        raise AgentUnreachableError(f"the running collector gives no status: {told}")
    return status


@contextmanager
def understood(status: Mapping[str, Any]) -> Iterator[None]:
    """Read a status in a ``with``: one of another version may lack what is looked for.

    Raises:
        AgentUnreachableError: It does.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise AgentUnreachableError(
            f"the running collector is version {status.get('version', 'unknown')} and this command"
            f" {__version__}: they do not understand each other ({type(error).__name__}: {error});"
            " restart the collector, or read 'collector status --json'"
        ) from error


def error_of(answer: dict[str, object]) -> CollectorError:
    """Return what an answer that is not ok says, as the error that it is."""
    code, metrics = answer.get("code"), answer.get("metrics")
    if isinstance(code, int):
        return AgentError(
            code,
            str(answer.get("name", "")),
            str(answer.get("message", "")),
            metrics=tuple(map(str, metrics)) if isinstance(metrics, list) else (),
        )
    exit_code = answer.get("exit_code")
    return _RelayedError(
        str(answer.get("error", "the running collector gives no reason")),
        exit_code if isinstance(exit_code, int) else AgentUnreachableError.exit_code,
    )


def _read(answer: bytes) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise AgentUnreachableError("the running collector answers in a way we do not know")
    return read


def _is_closed_to_us(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _connected(path: Path) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # By way of a descriptor, because a socket's address is at most 107 bytes long.
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            line.connect(f"/proc/self/fd/{directory}/{path.name}")
        finally:
            os.close(directory)
    except OSError:
        line.close()
        return None
    return line


class _RelayedError(CollectorError):
    """What the running collector says went wrong."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
