"""What happened on a connection, as told by paho's callbacks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from collector.mqtt.transport import Acknowledged, Event, Message

_ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "Keep alive timeout": "shows no sign of life",
        "Protocol error": "broke the MQTT protocol",
    }
)


class _Code(Protocol):
    """A reason code, as paho has it."""

    @property
    def is_failure(self) -> bool: ...

    def getName(self) -> str: ...  # noqa: N802 - paho's name


class _Received(Protocol):
    """A message, as paho has it; the topic is decoded when it is asked for."""

    payload: bytes | bytearray

    @property
    def topic(self) -> str: ...


class Notes:
    """Callbacks that only note. Nothing in them may raise: paho would die and tell nobody.

    Attributes:
        has_consent: The server took us, whatever happened since.
        is_connected: From the server's consent until the connection is over.
        is_over: For good.
        events: What happened, in order, until somebody takes it.
        granted: The server's answers to subscriptions by packet id.
    """

    def __init__(self) -> None:
        self.has_consent = False
        self.is_connected = False
        self.is_over = False
        self.events: list[Event] = []
        self.granted: dict[int | None, Sequence[_Code]] = {}
        self._ending: str | None = None

    def lose(self, ending: str) -> None:
        """Note that the connection is over; an empty ending when only the line knows why."""
        if self.is_connected:
            self._ending = ending
        self.is_connected, self.is_over = False, True

    def take_ending(self) -> str | None:
        """Return, once, how an established connection ended."""
        ending, self._ending = self._ending, None
        return ending

    def finish(self) -> None:
        """Note that we hung up; nothing more is told."""
        self.lose("")
        self._ending = None
        self.events.clear()

    def on_connect(
        self, _client: object, _userdata: object, _flags: object, code: _Code, *_: object
    ) -> None:
        """Note the server's consent."""
        if not self.has_consent:  # a second answer is the server's fault and changes nothing
            self.has_consent = self.is_connected = not code.is_failure

    def on_subscribe(
        self, _client: object, _userdata: object, packet_id: int, codes: Sequence[_Code], *_: object
    ) -> None:
        """Note what a subscription got."""
        self.granted[packet_id] = codes

    def on_message(self, _client: object, _userdata: object, message: _Received) -> None:
        """Note a message."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # MQTT forbids it, and no topic of ours looks like that
        self.events.append(Message(topic, bytes(message.payload)))

    def on_publish(self, _client: object, _userdata: object, packet_id: int, *_: object) -> None:
        """Note an acknowledgement."""
        self.events.append(Acknowledged(packet_id))

    def on_disconnect(
        self, _client: object, _userdata: object, _flags: object, code: _Code, *_: object
    ) -> None:
        """Note the end."""
        self.lose(_ENDINGS.get(code.getName(), ""))
