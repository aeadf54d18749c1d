"""Who may do what on the two listeners."""

import re
from collections.abc import Callable, Container

from collector.agent.authority import common_name
from collector.agent.broker import Peer
from collector.wire.topics import CREATE_CLIENT_TOPICS, client_prefix

MAX_TOPIC_LENGTH = 512
"""Characters; the longest topic of the contract has about 160."""

_REQUEST_TOPICS = frozenset(CREATE_CLIENT_TOPICS)

# The hash names one signing request, so that nobody can listen to what others are sent. The form
# with + stands for the error topic below the hash: clients in the field subscribe to it.
_CERTIFICATE_FILTER = re.compile(r"/certBack/[0-9a-fA-F]{64}(?:/error|/\+)?")


_REPORT_WITHOUT_SLASH = re.compile(r"[^/]+/error")


_TROUBLE = "/error"
"""Clients in the field listen there as well; nothing is ever said on it."""


class ProvisionPolicy:
    """Port 18883: whoever comes may hand in a signing request and wait for its answer.

    Args:
        on_subscribe: Told the filter of every subscription that is allowed.
    """

    def __init__(self, on_subscribe: Callable[[str], None]) -> None:
        self._on_subscribe = on_subscribe

    def authenticate(self, peer: Peer) -> str | None:
        """Name everybody by address and port, so that no connection can be taken for another.

        No client id begins with ``@``.
        """
        return f"@{peer.address}"

    def may_publish(self, client: str, topic: str) -> bool:
        """Allow signing requests."""
        del client
        return topic in _REQUEST_TOPICS

    def may_subscribe(self, client: str, topic_filter: str) -> bool:
        """Allow the answers to one signing request."""
        del client
        if topic_filter == _TROUBLE:
            return True
        if _CERTIFICATE_FILTER.fullmatch(topic_filter) is None:
            return False
        self._on_subscribe(topic_filter)
        return True


class ClientPolicy:
    """Port 18884: a client reaches what lies under its own id, and nothing else.

    Args:
        clients: The ids that exist. A certificate of any other, a deleted one for instance, is
            refused, whoever signed it.
    """

    def __init__(self, clients: Container[str]) -> None:
        self._clients = clients

    def authenticate(self, peer: Peer) -> str | None:
        """Return the CommonName of the certificate when it is the id of a client."""
        name = common_name(peer.certificate_der) if peer.certificate_der else ""
        return name if name and name in self._clients else None

    def may_publish(self, client: str, topic: str) -> bool:
        """Allow what lies under the client's own id.

        And reports of errors whose topic lacks a slash behind it, as one SDK in the field publishes
        them: they do nothing, and no other client's id can begin with this one's.
        """
        own = client_prefix(client)
        if len(topic) > MAX_TOPIC_LENGTH or not topic.startswith(own):
            return False
        rest = topic.removeprefix(own)
        return rest.startswith("/") or _REPORT_WITHOUT_SLASH.fullmatch(rest) is not None

    def may_subscribe(self, client: str, topic_filter: str) -> bool:
        """Allow filters whose every match lies under the client's own id."""
        is_own = topic_filter.startswith(f"{client_prefix(client)}/")
        return is_own and len(topic_filter) <= MAX_TOPIC_LENGTH
