"""Every error that the collector raises on purpose.

    CollectorError
    ├── UsageError               the command line is wrong                        exit 64
    ├── ConfigError              a setting is wrong                               exit 78
    │   └── PluginError          a kind is not installed, or its package is broken exit 78
    ├── IdentityError            key, certificate or client id cannot be used     exit 78
    │   ├── AuthorityError       the agent's CA certificate cannot be read        exit 78
    │   ├── IdentityUnreadableError  its files cannot be read just now            exit 73
    │   └── ClientDeletedError   the agent no longer knows this client            exit 78
    ├── StateError               a directory, socket or port cannot be taken      exit 73
    ├── AgentUnreachableError    no connection to the agent, with the reason      exit 69
    │   ├── AgentAbsentError     nobody listens on the agent's port               exit 69
    │   ├── AgentTimeoutError    connected, but no answer in time                 exit 69
    │   ├── ConnectDeclinedError it is there, and does not take our connection    exit 69
    │   ├── AgentHungUpError     it ended the connection itself                   exit 69
    │   ├── IdentityInUseError   another collector uses our identity as well      exit 69
    │   ├── SubscriptionRefusedError  it does not let us subscribe                exit 69
    │   └── AgentRefusesError    reached, but one side does not trust the other   exit 69
    ├── AgentError               the agent answered with an error code            exit 1
    ├── NotRunningError          no collector runs that could be asked            exit 1
    └── SourceError              raised by sources
        ├── SourceUnavailableError   nothing answered; trying again may help
        └── SourceFaultError         a human has to do something first

Libraries' exceptions are wrapped where the library is imported and never leak. Messages say where,
what, and what would be right; `collector.cli` turns each into one line and its exit code.
"""

from enum import StrEnum
from errno import EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM


class CollectorError(Exception):
    """Base of all; its text is one line that can be shown to a user as it is."""

    exit_code = 70


class UsageError(CollectorError):
    """The command line is wrong, in a way that its parser may not be able to know.

    Attributes:
        hint: Where the right form can be read, or what to give instead; shown as a second line.
    """

    exit_code = 64

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(CollectorError):
    """The configuration cannot be used.

    Attributes:
        complaints: One line each, ``file:line:column: path: message`` where a place is known.
    """

    exit_code = 78

    def __init__(self, *complaints: str) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class PluginError(ConfigError):
    """A kind of source cannot be used: nobody offers it, or the package that does is broken.

    Attributes:
        plugin: The kind, as the configuration names it.
        reason: What is wrong, without the name.
    """

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(f"plugin {plugin!r} {reason}")
        self.plugin = plugin
        self.reason = reason


class IdentityError(CollectorError):
    """The key, the certificate or the client id is missing, unsafe or does not fit."""

    exit_code = 78


class AuthorityError(IdentityError):
    """The certificate of the agent's authority cannot be read; while an agent is installed, say."""


class IdentityUnreadableError(IdentityError):
    """Files of the identity cannot be read just now, for want of descriptors, say: try again."""

    exit_code = 73
    _LASTING = frozenset({ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM})

    @classmethod
    def unless_lasting(cls, error: OSError, text: str) -> IdentityError:
        """Return what a file's failure means: this, or that a human has to act."""
        kind = IdentityError if error.errno in cls._LASTING else cls
        return kind(f"{text}: {error.strerror}")


class ClientDeletedError(IdentityError):
    """The agent refuses this identity for good; a new one has to be provisioned."""


class StateError(CollectorError):
    """A state directory, a socket or a listener's port cannot be taken."""

    exit_code = 73


class AgentUnreachableError(CollectorError):
    """The agent cannot be reached; the text names the reason."""

    exit_code = 69


class AgentAbsentError(AgentUnreachableError):
    """The host is there and nobody listens on the agent's port: to ask again soon costs little."""


class AgentTimeoutError(AgentUnreachableError):
    """The agent is connected but did not answer in time."""


class ConnectDeclinedError(AgentUnreachableError):
    """The agent is there and hangs up in the TLS handshake, or refuses or ignores our CONNECT."""


class AgentHungUpError(AgentUnreachableError):
    """The agent ended a connection itself, with TLS's goodbye: no line was cut, no process died."""


class IdentityInUseError(AgentUnreachableError):
    """Another collector uses the same identity, so answers cannot be told apart."""


class SubscriptionRefusedError(AgentUnreachableError):
    """The agent refuses a subscription; the connection itself stays."""


class RefusalReason(StrEnum):
    """Why a connection was refused although somebody answered."""

    CLIENT_CERTIFICATE_EXPIRED = "client certificate expired"
    CLIENT_CERTIFICATE_REVOKED = "client certificate revoked"
    CLIENT_CERTIFICATE_UNKNOWN_CA = "client certificate of an unknown authority"
    CLIENT_CERTIFICATE_REQUIRED = "client certificate required"
    CLIENT_CERTIFICATE_REFUSED = "client certificate refused"
    CLIENT_NOT_AUTHORIZED = "client not authorized"
    SERVER_CERTIFICATE_EXPIRED = "server certificate expired"
    SERVER_CERTIFICATE_NOT_YET_VALID = "server certificate not yet valid"
    SERVER_CERTIFICATE_WRONG_NAME = "server certificate for another name"
    SERVER_CERTIFICATE_UNKNOWN_CA = "server certificate of an unknown authority"
    SERVER_CERTIFICATE_INVALID = "server certificate invalid"
    NO_COMMON_PROTOCOL = "no common protocol"


class AgentRefusesError(AgentUnreachableError):
    """Somebody answers, but one side refuses the other; trying again alone will not help.

    Attributes:
        reason: What is wrong, for code that acts on it; the text says what to do.
    """

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class AgentError(CollectorError):
    """The agent answered with an error code of the contract.

    Attributes:
        code: The code, section 6 of the API document.
        name: The document's name of the code.
        message: The agent's words.
        topic: The topic of the request.
        metrics: The metric ids that failed, for codes 23, 24, 26 and 27.
    """

    exit_code = 1

    def __init__(
        self, code: int, name: str, message: str, topic: str = "", metrics: tuple[str, ...] = ()
    ) -> None:
        named = f" (metrics: {', '.join(metrics)})" if metrics else ""
        super().__init__(f"the agent refused with error {code} {name}: {message}{named}")
        self.code = code
        self.name = name
        self.message = message
        self.topic = topic
        self.metrics = metrics


class NotRunningError(CollectorError):
    """No collector runs with this state directory."""

    exit_code = 1


class SourceError(CollectorError):
    """Raised by a source to say what is wrong; it costs this source alone."""

    exit_code = 1


class SourceUnavailableError(SourceError):
    """Nothing answered. The collector closes the source, backs off and opens it again.

    Attributes:
        retry_in_s: When trying again makes sense, if the source knows: seconds from now, taken as
            0.05 to 3600, that stand in for the collector's own growing pauses. A polled source is
            then read at its first tick after them. None, or no finite number, leaves it to the
            collector.
    """

    retry_in_s: float | None = None

    def __init__(self, message: str = "", *, retry_in_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_in_s = retry_in_s


class SourceFaultError(SourceError):
    """Trying again will not help before a human acts: wrong chip, no permission, wrong settings.

    The collector still tries again, but at its longest pause.
    """
