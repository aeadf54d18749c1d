"""Every error that the collector raises on purpose.

    CollectorError
    ├── ConfigError              a setting is wrong                               exit 78
    ├── IdentityError            key, certificate or client id cannot be used     exit 78
    │   └── ClientDeletedError   the agent no longer knows this client            exit 78
    ├── StateError               a directory, socket or port cannot be taken      exit 73
    ├── AgentUnreachableError    no connection to the agent, with the reason      exit 69
    │   └── AgentTimeoutError    connected, but no answer in time                 exit 69
    ├── AgentError               the agent answered with an error code            exit 1
    └── SourceError              raised by sources
        ├── SourceUnavailableError   nothing answered; trying again may help
        └── SourceFaultError         a human has to do something first

Libraries' exceptions are wrapped where the library is imported and never leak. Messages say where,
what, and what would be right; `collector.cli` turns each into one line and its exit code.
"""


class CollectorError(Exception):
    """Base of all; its text is one line that can be shown to a user as it is."""

    exit_code = 70


class ConfigError(CollectorError):
    """The configuration cannot be used.

    Attributes:
        complaints: One line each, ``file:line:column: path: message`` where a place is known.
    """

    exit_code = 78

    def __init__(self, *complaints: str) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class IdentityError(CollectorError):
    """The key, the certificate or the client id is missing, unsafe or does not fit."""

    exit_code = 78


class ClientDeletedError(IdentityError):
    """The agent refuses this identity for good; a new one has to be provisioned."""


class StateError(CollectorError):
    """A state directory, a socket or a listener's port cannot be taken."""

    exit_code = 73


class AgentUnreachableError(CollectorError):
    """The agent cannot be reached; the text names the reason."""

    exit_code = 69


class AgentTimeoutError(AgentUnreachableError):
    """The agent is connected but did not answer in time."""


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


class SourceError(CollectorError):
    """Raised by a source to say what is wrong; it costs this source alone."""

    exit_code = 1


class SourceUnavailableError(SourceError):
    """Nothing answered. The collector closes the source, backs off and opens it again."""


class SourceFaultError(SourceError):
    """Trying again will not help before a human acts: wrong chip, no permission, wrong settings.

    The collector still tries again, but at its longest pause.
    """
