"""Finding the agent's addresses, and asking once more why it hung up."""

import select
import socket
import threading

from collector.clock import Deadline
from collector.errors import AgentAbsentError, AgentTimeoutError, AgentUnreachableError
from collector.mqtt import tls
from collector.mqtt.refusal import refusal_told
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.stream import TlsStream

_PROBE_S = 1.0


def addresses_of(settings: ConnectionSettings, deadline: Deadline) -> list[str]:
    """Return the numeric addresses of the agent's host, the preferred one first.

    The system's resolver knows no deadline, so it runs in a thread that is left behind if need be.

    Raises:
        AgentUnreachableError: The name is unknown, or nobody resolved it in time.
    """
    found: list[str] = []
    failures: list[OSError] = []
    done = threading.Event()

    def resolve() -> None:
        try:
            answers = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            failures.append(error if isinstance(error, OSError) else OSError(0, str(error)))
        done.set()

    threading.Thread(target=resolve, name="resolver", daemon=True).start()
    if not done.wait(deadline.remaining_s()):
        raise AgentTimeoutError(f"the name {settings.host} was not resolved in time")
    if failures:
        raise AgentUnreachableError(
            f"the name {settings.host} cannot be resolved: {failures[0].strerror}"
        )
    return found


def refusal_of(
    settings: ConnectionSettings, address: str, deadline: Deadline
) -> AgentUnreachableError | None:
    """Connect once more and say nothing: in TLS 1.3 the reason of a refusal comes only now.

    Returns:
        The named reason, or None when the agent has nothing to say.
    """
    try:
        sock = socket.create_connection((address, settings.port), _limited(deadline))
    except OSError:
        return None
    stream = TlsStream(sock, tls.build_context(settings), settings, deadline)
    try:
        stream.do_handshake()
        _listen(stream, Deadline.after(deadline.clock, _limited(deadline)))
    except AgentUnreachableError as error:
        return error
    finally:
        stream.abort()
    return refusal_told(stream, settings.place)


def unreachable(error: OSError, place: str) -> AgentUnreachableError:
    """Return the error that tells why no TCP connection came about, and what to look at."""
    if isinstance(error, ConnectionRefusedError):
        return AgentAbsentError(
            f"nobody listens at {place}; is the agent running, and is this its port?"
        )
    if isinstance(error, TimeoutError):
        return AgentTimeoutError(f"no answer from {place}; is the host up, and the way to it open?")
    return AgentUnreachableError(f"{place} cannot be reached: {error.strerror or error}")


def _limited(deadline: Deadline) -> float:
    return max(0.01, min(_PROBE_S, deadline.remaining_s()))


def _listen(stream: TlsStream, deadline: Deadline) -> None:
    poller = select.poll()
    poller.register(stream.fileno(), select.POLLIN)
    while not (stream.has_input() or deadline.has_passed()):
        poller.poll(deadline.remaining_s() * 1000)
        stream.receive()
