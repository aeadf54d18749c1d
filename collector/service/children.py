"""Child processes: the embedded agent and provisioning, so that the daemon loads neither."""

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from collector.errors import (
    AgentError,
    AgentRefusesError,
    AgentUnreachableError,
    CollectorError,
    IdentityError,
    RefusalReason,
    StateError,
)
from collector.wire.errors import ErrorCode

log = logging.getLogger(__name__)

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 3.0
PROVISION_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class AgentPlace:
    """Where an agent listens and which authority it shows."""

    host: str
    port: int
    provision_port: int
    ca_file: Path


class EmbeddedAgent:
    """An agent of our own in a child process, on free loopback ports; restarted when it dies.

    Args:
        directory: The agent's directory; its clients and sensors survive there.
        journal: Where each value that it accepts becomes a line; None for nowhere.
    """

    def __init__(self, directory: Path, journal: Path | None = None) -> None:
        self._directory = directory
        self._journal = ("--journal", str(journal)) if journal else ()
        self._process: subprocess.Popen[str] | None = None
        self._ports = ("0", "0")
        self._lock = threading.Lock()
        self._is_starting = False
        self._is_stopped = False

    def place(self) -> AgentPlace:
        """Return where it listens, starting it first if it does not run.

        Raises:
            StateError: It cannot be started; the text is its own last line.
        """
        with self._lock:
            if not self._is_stopped and (self._process is None or self._process.poll() is not None):
                self._start()
        provision_port, port = self._ports
        return AgentPlace("127.0.0.1", int(port), int(provision_port), self._directory / "ca.crt")

    def stop_starting(self) -> None:
        """Let no start of it delay the exit: one under way is given up, and none follows."""
        self._is_stopped = True
        process = self._process
        if self._is_starting and process is not None:
            process.kill()

    def stop(self) -> None:
        """End it. Safe to call twice, and when it was never started."""
        self.stop_starting()
        with self._lock:
            if self._process is not None:
                end_child(self._process)

    def _start(self) -> None:
        self._is_starting = True
        try:
            self._start_and_wait()
        finally:
            self._is_starting = False

    def _start_and_wait(self) -> None:
        provision_port, port = self._ports
        process = self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            collector_command(
                "agent", "run", "--directory", str(self._directory),
                "--provision-port", provision_port, "--port", port, *self._journal,
                "--while-stdin-is-open",  # so that it ends with us, however we end
            ),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        if self._is_stopped:  # while it was started
            process.kill()
        ready = self._ready_line(process)
        if not ready.startswith("ready "):
            reason = process.communicate(timeout=STOP_TIMEOUT_S)[1].strip().splitlines()
            raise StateError(f"the embedded agent did not start: {(reason or ['no reason'])[-1]}")
        places = dict(part.split("=", 1) for part in ready.split()[1:])
        self._ports = (_port_of(places["provision"]), _port_of(places["mqtt"]))
        # What it prints later is read and logged, so that it never blocks on a full pipe.
        for stream, level in ((process.stdout, logging.DEBUG), (process.stderr, logging.INFO)):
            threading.Thread(
                target=_drain, args=(stream, level), name="output", daemon=True
            ).start()

    def _ready_line(self, process: "subprocess.Popen[str]") -> str:
        timer = threading.Timer(START_TIMEOUT_S, process.kill)
        timer.start()
        try:
            return process.stdout.readline() if process.stdout else ""
        finally:
            timer.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What provisioning needs to know.

    Attributes:
        key: ``rsa-2048`` or ``ec-p256``.
        server_name: The name in the server's certificate, if not the host's.
        is_renewal: Get a successor for the identity that is there.
    """

    place: AgentPlace
    identity_directory: Path
    client_name: str
    key: str
    server_name: str | None = None
    tls_strict: bool = True
    protocol: str = "3.1.1"
    is_renewal: bool = False


class Provisioner:
    """Gets an identity from the agent in a short-lived child process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_stopped = False

    def provision(self, enrolment: Enrolment) -> None:
        """Enrol; the identity's files are there afterwards.

        Raises:
            AgentRefusesError: One side does not trust the other; with the reason.
            AgentUnreachableError: The agent is not there or does not answer; try again later.
            IdentityError: The agent refuses, or what it sent or what lies there is not usable.
            StateError: The files cannot be written, or no process can be started.
        """
        with self._lock:
            if self._is_stopped:
                raise AgentUnreachableError("provisioning was stopped")
            process = self._process = _started(_provision_command(enrolment))
        try:
            told, errors = process.communicate(timeout=PROVISION_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            end_child(process)
            raise AgentUnreachableError("provisioning took too long and was ended") from None
        if process.returncode:
            raise _failure(process.returncode, told, errors)

    def stop(self) -> None:
        """End the child if there is one; nothing is started any more."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None:
                end_child(self._process)


def _started(command: list[str]) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:  # no memory, or too many processes or files
        raise StateError(f"provisioning cannot be started: {error.strerror}") from error


def collector_command(*arguments: str) -> list[str]:
    """Return the command line of a subcommand, run by this same Python."""
    return [sys.executable, "-m", "collector", *arguments]


def end_child(process: "subprocess.Popen[str]") -> None:
    """End a child process: asked first, then made to."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_TIMEOUT_S)


def _provision_command(enrolment: Enrolment) -> list[str]:
    place = enrolment.place
    options = {
        "--host": place.host,
        "--provision-port": str(place.provision_port),
        "--ca-file": str(place.ca_file),
        "--identity": str(enrolment.identity_directory),
        "--client-name": enrolment.client_name,
        "--key": enrolment.key,
        "--protocol": enrolment.protocol,
    }
    if enrolment.server_name:
        options["--server-name"] = enrolment.server_name
    strictness = [] if enrolment.tls_strict else ["--no-tls-strict"]
    words = [word for option in options.items() for word in option]
    how = "--renew" if enrolment.is_renewal else "--force"
    return collector_command("provision", "--json", how, *words, *strictness)


_PASSING = frozenset({ErrorCode.NoBackendConnection, ErrorCode.InternalError, ErrorCode.OutOfRange})
"""Codes that have nothing to do with our request: the agent's own trouble, or too many at once."""

_FAILURES: Mapping[int, type[CollectorError]] = MappingProxyType(
    {
        AgentError.exit_code: IdentityError,
        AgentUnreachableError.exit_code: AgentUnreachableError,
        StateError.exit_code: StateError,
        IdentityError.exit_code: IdentityError,
    }
)


def _failure(code: int, told: str, errors: str) -> CollectorError:
    lines = [line.removeprefix("collector: ") for line in errors.strip().splitlines()]
    text = f"provisioning failed: {lines[-1] if lines else f'exit code {code}'}"
    details = _told_in(told)
    if "refused" in details:
        return AgentRefusesError(RefusalReason(details["refused"]), text)
    if details.get("code") in _PASSING:
        return AgentUnreachableError(text)
    return _FAILURES.get(code, AgentUnreachableError)(text)


def _told_in(output: str) -> dict[str, Any]:
    """Return what ``collector provision --json`` says of a refusal; empty without one."""
    try:
        told = json.loads(output)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _port_of(place: str) -> str:
    return place.rpartition(":")[2]


def _drain(stream: IO[str] | None, level: int) -> None:
    for line in stream or ():
        log.log(level, "embedded agent: %s", line.rstrip())
